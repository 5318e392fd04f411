package dev.kmsagent.emulator.seed;

import dev.kmsagent.emulator.kms.Secret;
import dev.kmsagent.emulator.kms.SecretMetadata;
import dev.kmsagent.emulator.kms.SecretValue;
import dev.kmsagent.emulator.kms.SecretVersion;
import dev.kmsagent.emulator.kms.Versions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads one {@code [[secret]]} table under the rules that KMS has for secrets. */
final class SeedReader {
  private static final List<String> VALUE_KEYS = List.of("text", "json", "binary");

  private SeedReader() {}

  /** The secret; empty when the table has a problem without whose solution there is none. */
  static Optional<Seed> read(SeedTable table) {
    table.allow("name", "description", "tags", "deny", "text", "json", "binary", "version");
    Optional<String> name = table.string("name");
    if (name.isEmpty()) {
      table.problem("a secret needs a name");
    }
    name.filter(n -> !Secret.isName(n))
        .ifPresent(_ -> table.problemAt("name", "only letters, digits and _/+=.@- , at most 192"));
    List<Seed.Version> versions = table.has("version") ? versions(table) : single(table);
    var profile =
        new SecretMetadata(table.string("description").orElse(""), "", "", table.stringMap("tags"));
    var access = table.flag("deny") ? Secret.Access.DENIED : Secret.Access.ALLOWED;
    return name.map(n -> new Seed(n, profile, versions, access));
  }

  private static List<Seed.Version> single(SeedTable table) {
    return SeedValue.read(table)
        .map(value -> List.of(new Seed.Version("v1", value, List.of(SecretVersion.CURRENT))))
        .orElse(List.of());
  }

  private static List<Seed.Version> versions(SeedTable table) {
    VALUE_KEYS.stream()
        .filter(table::has)
        .forEach(key -> table.problemAt(key, "a secret has either a value or versions"));
    var versions = new ArrayList<Seed.Version>();
    List<SeedTable> tables = table.tables("version");
    tables.forEach(each -> version(each).ifPresent(versions::add));
    if (versions.size() < tables.size()) {
      return versions;
    }
    List<Seed.Version> staged = withUsualStages(versions);
    checkIds(table, staged);
    checkStages(table, staged);
    return staged;
  }

  private static Optional<Seed.Version> version(SeedTable table) {
    table.allow("id", "stages", "text", "json", "binary");
    Optional<String> id = table.string("id");
    if (id.isEmpty()) {
      table.problem("a version needs an id");
    }
    Optional<SecretValue> value = SeedValue.read(table);
    List<String> stages = table.strings("stages");
    return id.flatMap(i -> value.map(v -> new Seed.Version(i, v, stages)));
  }

  /** Where no version names stages, the last one is current and the one before it previous. */
  private static List<Seed.Version> withUsualStages(List<Seed.Version> versions) {
    if (versions.stream().anyMatch(version -> !version.stages().isEmpty())) {
      return versions;
    }
    var staged = new ArrayList<>(versions);
    int last = versions.size() - 1;
    if (last >= 0) {
      staged.set(last, restaged(versions.get(last), SecretVersion.CURRENT));
    }
    if (last >= 1) {
      staged.set(last - 1, restaged(versions.get(last - 1), SecretVersion.PREVIOUS));
    }
    return staged;
  }

  private static Seed.Version restaged(Seed.Version version, String stage) {
    return new Seed.Version(version.id(), version.value(), List.of(stage));
  }

  private static void checkIds(SeedTable table, List<Seed.Version> versions) {
    if (versions.size() > Versions.MAX_VERSIONS) {
      table.problemAt("version", "at most " + Versions.MAX_VERSIONS + " of them");
    }
    repeated(versions.stream().map(Seed.Version::id))
        .ifPresent(id -> table.problemAt("version", "two have the id " + id));
  }

  private static void checkStages(SeedTable table, List<Seed.Version> versions) {
    List<String> stages = versions.stream().flatMap(v -> v.stages().stream()).toList();
    repeated(stages.stream())
        .ifPresent(stage -> table.problemAt("version", "two have the stage " + stage));
    if (!stages.contains(SecretVersion.CURRENT)) {
      table.problemAt("version", "one needs the stage " + SecretVersion.CURRENT);
    }
    if (stages.size() > Versions.MAX_STAGES) {
      table.problemAt("version", "at most " + Versions.MAX_STAGES + " stages in all");
    }
  }

  private static Optional<String> repeated(Stream<String> texts) {
    var seen = new HashSet<String>();
    return texts.filter(text -> !seen.add(text)).findFirst();
  }
}
