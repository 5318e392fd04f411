package dev.kmsagent.config.loading;

import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.ValueType.Allowed;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The parts of the page on configuration that follow from the keys.
 *
 * @param language translates a phrase in English
 */
record ReferencePage(AgentConfig.Keys schema, UnaryOperator<String> language) {
  private static final String MISTAKEN =
      """
      [Server]
      HttpPort = "2025"

      [KMS]
      Regoin = "cn-hangzhou"
      """;

  /** The page with these parts written anew. */
  String in(String page) {
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
}
