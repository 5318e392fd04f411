package dev.kmsagent.emulator.seed;

import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.kmsagent.emulator.kms.SecretValue;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.tomlj.TomlTable;

/** Reads a value: exactly one of {@code text}, {@code json} and {@code binary}. */
final class SeedValue {
  private SeedValue() {}

  /** The value; empty, with a problem said, where there is no valid one. */
  static Optional<SecretValue> read(SeedTable table) {
    List<String> given = List.of("text", "json", "binary").stream().filter(table::has).toList();
    if (given.size() != 1) {
      table.problem("needs exactly one of text, json, binary");
      return Optional.empty();
    }
    String key = given.getFirst();
    Optional<SecretValue> value =
        switch (key) {
          case "json" -> json(table);
          case "binary" -> table.string(key).flatMap(text -> binary(table, text));
          default -> table.string(key).map(SecretValue::text);
        };
    if (value.filter(SecretValue::tooLarge).isPresent()) {
      table.problemAt(key, "larger than " + SecretValue.MAX_BYTES + " bytes");
    }
    return value;
  }

  /** A TOML table, or a string that holds a JSON document and is kept as it stands. */
  private static Optional<SecretValue> json(SeedTable table) {
    Object raw = table.raw("json");
    if (raw instanceof TomlTable object) {
      return Optional.of(SecretValue.text(JsonParser.parseString(object.toJson()).toString()));
    }
    return table.string("json").filter(text -> isJson(table, text)).map(SecretValue::text);
  }

  private static boolean isJson(SeedTable table, String text) {
    try {
      return !JsonParser.parseString(text).isJsonNull();
    } catch (JsonParseException _) {
      table.problemAt("json", "is no JSON");
      return false;
    }
  }

  private static Optional<SecretValue> binary(SeedTable table, String base64) {
    try {
      return Optional.of(SecretValue.binary(Base64.getMimeDecoder().decode(base64)));
    } catch (IllegalArgumentException _) {
      table.problemAt("binary", "is no base64");
      return Optional.empty();
    }
  }
}
