package dev.kmsagent.config.loading;

import com.google.gson.FormattingStyle;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.TomlValue;
import dev.kmsagent.config.schema.ValueType.Allowed;
import java.util.List;

/**
 * The JSON Schema of {@code config.toml}, draft-07, for editors. It knows tables, keys, types,
 * ranges and words, in their own spelling; the rules between keys are left to {@code check}.
 */
final class JsonSchemaFile {
  private JsonSchemaFile() {}

  static String of(AgentConfig.Keys keys) {
    var schema = new JsonObject();
    schema.addProperty("$schema", "http://json-schema.org/draft-07/schema#");
    schema.addProperty("title", "The configuration of the agent");
    table().asMap().forEach(schema::add);
    schema.add(
        "definitions",
        json("{reference: {type: string, pattern: '^\\\\$\\\\{(ENV|FILE):[^}]+\\\\}$'}}"));
    for (var key : keys.keys()) {
      properties(schema, ReferenceText.tableOf(key)).add(ReferenceText.nameOf(key), property(key));
    }
    return new GsonBuilder()
            .setFormattingStyle(FormattingStyle.PRETTY)
            .disableHtmlEscaping()
            .create()
            .toJson(schema)
        + "\n";
  }

  /** What a lenient parser makes of it, which needs no quotes around a word. */
  private static JsonElement json(String text) {
    return JsonParser.parseString(text);
  }

  private static JsonObject table() {
    return json("{type: object, additionalProperties: false, properties: {}}").getAsJsonObject();
  }

  /** The properties of a table, which is made where it is missing. */
  private static JsonObject properties(JsonObject schema, String table) {
    var properties = schema.getAsJsonObject("properties");
    for (var part : List.of(table.split("\\."))) {
      if (!properties.has(part)) {
        properties.add(part, table());
      }
      properties = properties.getAsJsonObject(part).getAsJsonObject("properties");
    }
    return properties;
  }

  private static JsonObject property(ConfigKey<?> key) {
    var property = new JsonObject();
    property.addProperty("description", ReferenceText.sentences(key).replace("`", ""));
    type(key.type().toml(), key.type().allowed()).getAsJsonObject().asMap().forEach(property::add);
    if (ReferenceText.hasDefault(key)) {
      property.add("default", json(ReferenceText.exampleOf(key)));
    }
    return property;
  }

  private static JsonElement type(TomlValue.Type type, Allowed allowed) {
    return switch (allowed) {
      case Allowed.Range(Number least, Number most, _) ->
          json(
              "{type: %s, minimum: %s, maximum: %s}"
                  .formatted(type == TomlValue.Type.WHOLE ? "integer" : "number", least, most));
      case Allowed.Choice(List<String> words) ->
          json("{anyOf: [{enum: %s}, {$ref: '#/definitions/reference'}]}".formatted(words));
      case Allowed.Phrase _ -> plain(type);
    };
  }

  private static JsonElement plain(TomlValue.Type type) {
    var list = "{type: array, items: {type: string}}";
    return switch (type) {
      case TEXT -> json("{type: string}");
      case WHOLE, DECIMAL -> throw new IllegalArgumentException(type + " without a range");
      case FLAG -> json("{type: boolean}");
      case LIST -> json(list);
      case TEXT_OR_LIST -> json("{anyOf: [{type: string}, " + list + "]}");
    };
  }
}
