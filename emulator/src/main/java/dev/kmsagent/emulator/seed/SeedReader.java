package dev.kmsagent.emulator.seed;

import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.emulator.identity.TrustPolicy;
import dev.kmsagent.emulator.kms.SecretVersions;
import dev.kmsagent.emulator.kms.StoredSecret;
import dev.kmsagent.emulator.kms.StoredValue;
import dev.kmsagent.emulator.kms.StoredVersion;
import dev.kmsagent.emulator.protocol.AccessKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.tomlj.TomlTable;

/**
 * Reads a {@code [[secret]]}, an {@code [[access-key]]} or a {@code [[role]]} table, by the rules
 * of the cloud.
 */
final class SeedReader {
  /** The id of an access key. */
  static final String KEY_ID = "[A-Za-z0-9._-]{1,128}";

  private static final List<String> VALUE_KEYS = List.of("text", "json", "binary");

  private SeedReader() {}

  /** The secret; empty without a name. Problems are added to the table. */
  static Optional<StoredSecret> secret(SeedTable table) {
    Optional<String> name = table.string("name");
    if (name.isEmpty()) {
      table.problem("a secret needs a name");
    }
    name.filter(n -> !StoredSecret.isName(n))
        .ifPresent(_ -> table.problemAt("name", "only letters, digits and _/+=.@- , at most 192"));
    var access = table.flag("deny") ? StoredSecret.Access.DENIED : StoredSecret.Access.ALLOWED;
    if (table.has("type")) {
      return ManagedReader.secret(table, name.orElse(""), access);
    }
    table.allow("name", "deny", "type", "text", "json", "binary", "version");
    List<StoredVersion> versions = table.has("version") ? versions(table) : single(table);
    return name.map(n -> new StoredSecret(n, new SecretVersions(versions), access));
  }

  /** The key; empty without an id or a secret. Problems are added to the table. */
  static Optional<AccessKey> accessKey(SeedTable table) {
    table.allow("id", "secret", "reads");
    Optional<String> keySecret = table.required("secret", ".+");
    String[] readable = patterns(table, "reads");
    return table
        .required("id", KEY_ID)
        .flatMap(id -> keySecret.map(it -> AccessKey.lasting(id, it).reading(readable)));
  }

  /** The role; empty without a name. Problems are added to the table. */
  static Optional<Role> role(SeedTable table) {
    table.allow("name", "reads", "subjects");
    String[] readable = patterns(table, "reads");
    TrustPolicy trust = TrustPolicy.everybody().subjects(patterns(table, "subjects"));
    return table
        .required("name", "[A-Za-z0-9.-]{1,64}")
        .map(name -> Role.named(name).trusting(trust).reading(readable));
  }

  /** Everything by default; an empty list is nothing. */
  private static String[] patterns(SeedTable table, String name) {
    List<String> patterns = table.has(name) ? table.strings(name) : List.of("*");
    return patterns.toArray(String[]::new);
  }

  private static List<StoredVersion> single(SeedTable table) {
    return value(table)
        .map(value -> List.of(StoredVersion.undated("v1", value, List.of(StoredVersion.CURRENT))))
        .orElse(List.of());
  }

  private static List<StoredVersion> versions(SeedTable table) {
    VALUE_KEYS.stream()
        .filter(table::has)
        .forEach(key -> table.problemAt(key, "a secret has either a value or versions"));
    var versions = new ArrayList<StoredVersion>();
    List<SeedTable> tables = table.tables("version");
    tables.forEach(each -> version(each).ifPresent(versions::add));
    if (versions.size() < tables.size()) {
      return versions;
    }
    List<StoredVersion> staged = withDefaultStages(versions);
    checkIds(table, staged);
    checkStages(table, staged);
    return staged;
  }

  private static Optional<StoredVersion> version(SeedTable table) {
    table.allow("id", "stages", "text", "json", "binary");
    Optional<String> id = table.string("id");
    if (id.isEmpty()) {
      table.problem("a version needs an id");
    }
    Optional<StoredValue> value = value(table);
    List<String> stages = table.strings("stages");
    return id.flatMap(i -> value.map(v -> StoredVersion.undated(i, v, stages)));
  }

  /** Where no version names stages, the last one is current and the one before it previous. */
  private static List<StoredVersion> withDefaultStages(List<StoredVersion> versions) {
    if (versions.stream().anyMatch(version -> !version.stages().isEmpty())) {
      return versions;
    }
    var staged = new ArrayList<>(versions);
    int last = versions.size() - 1;
    if (last >= 0) {
      staged.set(last, versions.get(last).withStage(StoredVersion.CURRENT));
    }
    if (last >= 1) {
      staged.set(last - 1, versions.get(last - 1).withStage(StoredVersion.PREVIOUS));
    }
    return staged;
  }

  private static void checkIds(SeedTable table, List<StoredVersion> versions) {
    if (versions.size() > SecretVersions.MAX_VERSIONS) {
      table.problemAt("version", "at most " + SecretVersions.MAX_VERSIONS + " of them");
    }
    firstDuplicate(versions.stream().map(StoredVersion::id))
        .ifPresent(id -> table.problemAt("version", "two have the id " + id));
  }

  private static void checkStages(SeedTable table, List<StoredVersion> versions) {
    List<String> stages = versions.stream().flatMap(v -> v.stages().stream()).toList();
    firstDuplicate(stages.stream())
        .ifPresent(stage -> table.problemAt("version", "two have the stage " + stage));
    if (!stages.contains(StoredVersion.CURRENT)) {
      table.problemAt("version", "one needs the stage " + StoredVersion.CURRENT);
    }
    if (stages.size() > SecretVersions.MAX_STAGES) {
      table.problemAt("version", "at most " + SecretVersions.MAX_STAGES + " stages in all");
    }
  }

  private static Optional<String> firstDuplicate(Stream<String> texts) {
    var seen = new HashSet<String>();
    return texts.filter(text -> !seen.add(text)).findFirst();
  }

  /** The value, from exactly one of its keys; empty, with a problem added, if there is none. */
  private static Optional<StoredValue> value(SeedTable table) {
    List<String> given = VALUE_KEYS.stream().filter(table::has).toList();
    if (given.size() != 1) {
      table.problem("needs exactly one of text, json, binary");
      return Optional.empty();
    }
    String key = given.getFirst();
    Optional<StoredValue> value =
        switch (key) {
          case "json" -> json(table);
          case "binary" -> table.string(key).flatMap(text -> binary(table, text));
          default -> table.string(key).map(StoredValue::text);
        };
    if (value.filter(StoredValue::tooLarge).isPresent()) {
      table.problemAt(key, "larger than " + StoredValue.MAX_BYTES + " bytes");
    }
    return value;
  }

  /** A TOML table, or a string with a JSON document, which is kept unchanged. */
  private static Optional<StoredValue> json(SeedTable table) {
    Object raw = table.raw("json");
    if (raw instanceof TomlTable object) {
      return Optional.of(StoredValue.text(JsonParser.parseString(object.toJson()).toString()));
    }
    return table.string("json").filter(text -> isJson(table, text)).map(StoredValue::text);
  }

  private static boolean isJson(SeedTable table, String text) {
    try {
      return !JsonParser.parseString(text).isJsonNull();
    } catch (JsonParseException _) {
      table.problemAt("json", "is no JSON");
      return false;
    }
  }

  private static Optional<StoredValue> binary(SeedTable table, String base64) {
    try {
      return Optional.of(StoredValue.binary(Base64.getMimeDecoder().decode(base64)));
    } catch (IllegalArgumentException _) {
      table.problemAt("binary", "is no base64");
      return Optional.empty();
    }
  }
}
