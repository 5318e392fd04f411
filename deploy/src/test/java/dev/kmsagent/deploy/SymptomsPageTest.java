package dev.kmsagent.deploy;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kmsagent.deploy.MarkdownPage.Block;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page of symptoms has the lines that the agent logs, and the anchors that lead into it. */
final class SymptomsPageTest {
  private static final MarkdownPage PAGE =
      MarkdownPage.read(Clone.root().resolve("docs/when-something-is-wrong.md"));

  private static final Pattern EVENT_IN_TABLE = Pattern.compile("`([a-z]+(?:_[a-z]+)+)`");

  /** A statement that logs a warning ends with the name of the event. */
  private static final Pattern WARNING =
      Pattern.compile(
          "(?:WARN|atWarn\\(\\))[^;]*?\\.log\\(\\s*\"([a-z_]+)\"|warn\\(event, reason, \"([a-z_]+)\"");

  /** The code that logs, with texts that go over several lines in one. */
  private static final String CODE =
      Stream.of(
              "adapters-http", "adapters-telemetry", "adapters-kms", "adapters-cache", "bootstrap")
          .map(module -> Clone.root().resolve(module).resolve("src/main/java"))
          .flatMap(sources -> Clone.files(sources, 99, ".java").stream())
          .map(Clone::text)
          .collect(joining("\n"))
          .replaceAll("\"\\s*\\+\\s*\"", "");

  @Test
  void each_event_of_the_page_is_logged_by_the_agent() {
    assertThat(events()).hasSizeGreaterThan(20);
    assertThat(events().filter(event -> !CODE.contains('"' + event + '"'))).isEmpty();
  }

  @Test
  void each_line_of_the_page_is_one_of_the_log() {
    assertThat(lines()).hasSizeGreaterThan(5);
    assertThat(lines().flatMap(SymptomsPageTest::texts).filter(text -> !isInTheCode(text)))
        .isEmpty();
  }

  private static Stream<String> texts(JsonObject line) {
    return Stream.of("event", "detail", "advice")
        .filter(line::has)
        .map(field -> line.get(field).getAsString());
  }

  private static boolean isInTheCode(String text) {
    return CODE.contains('"' + text + '"') || CODE.contains('"' + text.replace("STS", "%s") + '"');
  }

  @Test
  void each_warning_of_the_agent_is_on_the_page() {
    var warnings =
        WARNING
            .matcher(CODE)
            .results()
            .map(match -> match.group(1) == null ? match.group(2) : match.group(1))
            .distinct()
            .toList();

    assertThat(warnings).contains("kms_call_failed", "token_unreadable", "token_may_be_a_path");
    assertThat(events().toList()).containsAll(warnings);
  }

  /** The events in the first column of the table of log lines. */
  private static Stream<String> events() {
    return rowsAfter("## Log lines")
        .map(row -> row.split("\\|", -1)[1])
        .flatMap(cell -> EVENT_IN_TABLE.matcher(cell).results())
        .map(match -> match.group(1));
  }

  private static Stream<String> rowsAfter(String heading) {
    return PAGE.blocks().stream()
        .map(Block::text)
        .dropWhile(text -> !text.equals(heading))
        .filter(text -> text.startsWith("|"));
  }

  private static Stream<JsonObject> lines() {
    return PAGE.blocks().stream()
        .map(Block::text)
        .filter(text -> text.startsWith("```json"))
        .flatMap(String::lines)
        .filter(line -> line.startsWith("{"))
        .map(line -> JsonParser.parseString(line).getAsJsonObject());
  }
}
