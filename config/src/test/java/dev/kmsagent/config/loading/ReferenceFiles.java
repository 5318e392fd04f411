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
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What follows from the keys: parts of the page on configuration, the file that ships, and its
 * schema.
 *
 * @param language translates a phrase in English
 */
record ReferenceFiles(AgentConfig.Keys schema, UnaryOperator<String> language) {
  private static final int WIDTH = 96;
  private static final String HEAD =
      """
      # The configuration of the agent.
      #
      # Every key stands here behind a "#", with its default or, where it says so, an example. As it
      # is, this file means the defaults, with the region from ALIBABA_CLOUD_REGION_ID. Remove a "#"
      # to change a value; only the tables' names have to stay.
      #
      # Any key can be overridden by KMS_AGENT_<TABLE>_<KEY>, for example KMS_AGENT_SERVER_HTTPPORT.
      # Any string can be "${ENV:NAME}" or "${FILE:/path}", so that no secret need stand here.
      # "alibabacloud-kms-agent check --config=config.toml" says what is in force, and from where.
      """;

  private static final String MISTAKEN =
      """
      [Server]
      HttpPort = "2025"

      [KMS]
      Regoin = "cn-hangzhou"
      """;

  /** The page with its parts written anew. */
  String page(String page) {
    return part("errors", errors(), part("keys", tables(), part("rules", rules(), page)));
  }

  private static String part(String name, String content, String page) {
    var begin = "<!-- begin " + name + " -->\n\n";
    var end = "\n<!-- end " + name + " -->\n";
    return page.substring(0, page.indexOf(begin))
        + begin
        + content
        + page.substring(page.indexOf(end));
  }

  private String errors() {
    return """
    ```toml
    %s```

    %s

    ```
    %s
    ```
    """
        .formatted(
            MISTAKEN,
            language.apply("gives"),
            String.join(
                "\n", Attempt.of(MISTAKEN).with("KMS_AGENT_CACHE_CACHESIZE", "0").messages()));
  }

  private String tables() {
    return schema.keys().stream()
        .map(ReferenceText::tableOf)
        .distinct()
        .map(this::table)
        .collect(Collectors.joining("\n"));
  }

  private String table(String name) {
    return "### `[%s]`\n\n| %s |\n|---|---|---|---|---|\n"
            .formatted(name, language.apply("key | default | allowed | meaning | set it when"))
        + schema.keys().stream()
            .filter(key -> ReferenceText.tableOf(key).equals(name))
            .map(this::row)
            .collect(Collectors.joining());
  }

  private String row(ConfigKey<?> key) {
    return "| `%s`%s | %s | %s | %s | %s |\n"
        .formatted(
            ReferenceText.nameOf(key),
            ReferenceText.isOfficial(key) ? "" : " *",
            ReferenceText.defaultOf(key, language),
            allowed(key.type().allowed()),
            language.apply(ReferenceText.meaningOf(key)),
            language.apply(ReferenceText.useOf(key)));
  }

  private String allowed(Allowed allowed) {
    return switch (allowed) {
      case Allowed.Range(Number least, Number most, String unit) ->
          least + ".." + most + (unit.isEmpty() ? "" : language.apply(unit));
      case Allowed.Choice choice -> choice.describe();
      case Allowed.Phrase _ -> language.apply(allowed.describe());
    };
  }

  private String rules() {
    return schema.rules().stream()
        .map(rule -> ReferenceText.capitalised(rule.demand()) + ".")
        .distinct()
        .map(rule -> "- " + language.apply(rule) + "\n")
        .collect(Collectors.joining());
  }

  /** The {@code config.toml} that ships: every key, commented out. */
  String file() {
    var file = new StringBuilder(HEAD);
    var table = "";
    for (var key : schema.keys()) {
      if (!ReferenceText.tableOf(key).equals(table)) {
        table = ReferenceText.tableOf(key);
        file.append("\n[").append(table).append("]\n");
      }
      var example = ReferenceText.nameOf(key) + " = " + ReferenceText.exampleOf(key);
      file.append('\n').append(comment(key)).append('#').append(example).append('\n');
    }
    return file.toString();
  }

  private String comment(ConfigKey<?> key) {
    var absent = ReferenceText.defaultOf(key, language);
    var example = ReferenceText.hasDefault(key) ? "" : "Default: " + absent + ". For example:";
    return Stream.concat(wrapped(ReferenceText.sentences(key)), example.lines())
        .map(line -> "# " + line.replace("`", "") + "\n")
        .collect(Collectors.joining());
  }

  private static Stream<String> wrapped(String text) {
    return Pattern.compile("(.{1," + WIDTH + "})( |$)")
        .matcher(text)
        .results()
        .map(line -> line.group(1));
  }

  /**
   * The JSON Schema of {@code config.toml}, draft-07, for editors. It knows tables, keys, types,
   * ranges and words, in their own spelling; the rules between keys are left to {@code check}.
   */
  String jsonSchema() {
    var root = new JsonObject();
    root.addProperty("$schema", "http://json-schema.org/draft-07/schema#");
    root.addProperty("title", "The configuration of the agent");
    emptyTable().asMap().forEach(root::add);
    root.add(
        "definitions",
        json("{reference: {type: string, pattern: '^\\\\$\\\\{(ENV|FILE):[^}]+\\\\}$'}}"));
    for (var key : schema.keys()) {
      properties(root, ReferenceText.tableOf(key)).add(ReferenceText.nameOf(key), property(key));
    }
    return written(root);
  }

  /** The text of a JSON Schema. */
  static String written(JsonObject root) {
    return new GsonBuilder()
            .setFormattingStyle(FormattingStyle.PRETTY)
            .disableHtmlEscaping()
            .create()
            .toJson(root)
        + "\n";
  }

  /** What a lenient parser makes of it, which needs no quotes around a word. */
  private static JsonElement json(String text) {
    return JsonParser.parseString(text);
  }

  private static JsonObject emptyTable() {
    return json("{type: object, additionalProperties: false, properties: {}}").getAsJsonObject();
  }

  /** The properties of a table, which is made where it is missing. */
  private static JsonObject properties(JsonObject root, String table) {
    var properties = root.getAsJsonObject("properties");
    for (var part : List.of(table.split("\\."))) {
      if (!properties.has(part)) {
        properties.add(part, emptyTable());
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

  /** What the schema says of a value. */
  static JsonElement type(TomlValue.Type type, Allowed allowed) {
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
      case TEXT, TOML -> json("{type: string}");
      case WHOLE, DECIMAL -> throw new IllegalArgumentException(type + " without a range");
      case FLAG -> json("{type: boolean}");
      case LIST -> json(list);
      case TEXT_OR_LIST -> json("{anyOf: [{type: string}, " + list + "]}");
    };
  }
}
