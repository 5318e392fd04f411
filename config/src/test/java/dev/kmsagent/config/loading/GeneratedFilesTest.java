package dev.kmsagent.config.loading;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.schema.ConfigKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The files that are written from the tables of keys, and must say what the tables say. */
class GeneratedFilesTest {
  /** Set it to have the files written anew. */
  private static final String WRITE = "config.write";

  private static final Path DOCS = Path.of("..", "docs");

  private final AgentConfig.Keys schema = new AgentConfig.Keys();
  private final ReferenceFiles english = new ReferenceFiles(schema, UnaryOperator.identity());

  @Test
  void the_shipped_file_says_what_the_tables_of_keys_say() throws IOException {
    verify(Path.of("config.toml"), english.file());
  }

  @Test
  void the_page_on_configuration_says_what_the_tables_of_keys_say() throws IOException {
    var page = DOCS.resolve("configuration.md");

    verify(page, english.page(Files.readString(page)));
  }

  @Test
  void each_key_and_nothing_else_has_a_meaning_and_says_who_sets_it() {
    assertThat(TestFiles.properties("keys.properties").keySet())
        .containsExactlyInAnyOrderElementsOf(schema.keys().stream().map(ConfigKey::path).toList());
  }

  @Test
  void the_page_in_chinese_says_what_the_tables_of_keys_say() throws IOException {
    var page = DOCS.resolve("zh/configuration.md");
    var phrases = phrases(DOCS.resolve("zh/configuration.po"));
    var asked = new TreeSet<String>();
    UnaryOperator<String> chinese =
        phrase -> {
          asked.add(phrase);
          return phrases.getOrDefault(phrase, phrase);
        };

    var expected = new ReferenceFiles(schema, chinese).page(Files.readString(page));

    assertThat(phrases).containsOnlyKeys(asked);
    verify(page, expected);
  }

  @Test
  void the_schema_for_editors_says_what_the_tables_of_keys_say() throws IOException {
    verify(Path.of("config.schema.json"), english.jsonSchema());
  }

  @Test
  void the_schema_of_the_chart_says_which_variables_the_keys_have() throws IOException {
    var file = Path.of("..", "deploy", "helm", "kms-agent", "values.schema.json");

    verify(file, ChartSchema.with(schema, Files.readString(file)));
  }

  private static void verify(Path file, String expected) throws IOException {
    if (System.getProperty(WRITE) != null) {
      Files.writeString(file, expected);
    }
    assertThat(Files.exists(file) ? Files.readString(file) : "")
        .as(
            "%s; to write it anew: ./mvnw -pl config test -Dtest=GeneratedFilesTest -D%s",
            file.toAbsolutePath().normalize(), WRITE)
        .isEqualTo(expected);
  }

  /** The phrases of a file in the format of gettext, each on one line. */
  private static Map<String, String> phrases(Path file) throws IOException {
    return Pattern.compile("(?m)^msgid \"(.+)\"\\nmsgstr \"(.+)\"$")
        .matcher(Files.readString(file))
        .results()
        .collect(toMap(found -> unescaped(found.group(1)), found -> unescaped(found.group(2))));
  }

  private static String unescaped(String text) {
    return text.replace("\\\"", "\"");
  }
}
