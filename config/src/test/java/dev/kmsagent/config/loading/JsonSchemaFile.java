package dev.kmsagent.config.loading;

import static java.util.Objects.requireNonNull;

import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.TomlValue;
import dev.kmsagent.config.schema.ValueType.Allowed;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The JSON Schema of {@code config.toml}, draft-07, for editors. It knows tables, keys, types,
 * ranges and words, in their own spelling; the rules between keys are left to {@code check}.
 */
final class JsonSchemaFile {
  private static final Map<String, Object> REFERENCE = Map.of("$ref", "#/definitions/reference");

  private JsonSchemaFile() {}

  static String of(AgentConfig.Keys keys) {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("$schema", "http://json-schema.org/draft-07/schema#");
    schema.put("title", "The configuration of the agent");
    schema.putAll(table());
    schema.put("definitions", Map.of("reference", reference()));
    keys.keys()
        .forEach(
            key ->
                properties(schema, ReferenceText.tableOf(key))
                    .put(ReferenceText.nameOf(key), property(key)));
    return json(schema, "") + "\n";
  }

  private static Map<String, Object> reference() {
    return ordered("type", "string", "pattern", "^\\$\\{(ENV|FILE):[^}]+\\}$");
  }

  private static Map<String, Object> table() {
    return ordered(
        "type", "object", "additionalProperties", false, "properties", new LinkedHashMap<>());
  }

  /** The properties of a table, which is made where it is missing. */
  private static Map<String, Object> properties(Map<String, Object> schema, String table) {
    Map<String, Object> properties = propertiesOf(schema);
    for (String part : List.of(table.split("\\."))) {
      properties.putIfAbsent(part, table());
      properties = propertiesOf(properties.get(part));
    }
    return properties;
  }

  @SuppressWarnings("unchecked") // table() has made each of them
  private static Map<String, Object> propertiesOf(@Nullable Object table) {
    Map<String, Object> made = (Map<String, Object>) requireNonNull(table);
    return (Map<String, Object>) requireNonNull(made.get("properties"));
  }

  private static Map<String, Object> property(ConfigKey<?> key) {
    Map<String, Object> property = new LinkedHashMap<>();
    property.put("description", ReferenceText.sentences(key).replace("`", ""));
    property.putAll(type(key.type().toml(), key.type().allowed()));
    if (ReferenceText.hasDefault(key)) {
      property.put("default", new Literal(ReferenceText.exampleOf(key)));
    }
    return property;
  }

  private static Map<String, Object> type(TomlValue.Type type, Allowed allowed) {
    return switch (allowed) {
      case Allowed.Range(Number least, Number most, _) ->
          ordered(
              "type",
              type == TomlValue.Type.WHOLE ? "integer" : "number",
              "minimum",
              least,
              "maximum",
              most);
      case Allowed.Choice(List<String> words) -> anyOf(Map.of("enum", words), REFERENCE);
      case Allowed.Phrase _ -> plain(type);
    };
  }

  private static Map<String, Object> plain(TomlValue.Type type) {
    Map<String, Object> list = ordered("type", "array", "items", Map.of("type", "string"));
    return switch (type) {
      case TEXT -> Map.of("type", "string");
      case WHOLE -> Map.of("type", "integer");
      case DECIMAL -> Map.of("type", "number");
      case FLAG -> Map.of("type", "boolean");
      case LIST -> list;
      case TEXT_OR_LIST -> anyOf(Map.of("type", "string"), list);
    };
  }

  private static Map<String, Object> anyOf(Object... alternatives) {
    return Map.of("anyOf", List.of(alternatives));
  }

  private static Map<String, Object> ordered(Object... namesAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      map.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return map;
  }

  /** A value in the notation of TOML, which for these types is that of JSON. */
  private record Literal(String text) {}

  private static String json(Object value, String indent) {
    String inner = indent + "  ";
    return switch (value) {
      case String text -> TomlValue.literal(text);
      case Literal(String text) -> text;
      case Map<?, ?> map ->
          map.isEmpty()
              ? "{}"
              : map.entrySet().stream()
                  .map(
                      entry ->
                          inner + json(entry.getKey(), "") + ": " + json(entry.getValue(), inner))
                  .collect(Collectors.joining(",\n", "{\n", "\n" + indent + "}"));
      case List<?> list ->
          list.stream().map(item -> json(item, indent)).collect(Collectors.joining(", ", "[", "]"));
      default -> value.toString();
    };
  }
}
