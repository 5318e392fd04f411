package dev.kmsagent.deploy;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kmsagent.deploy.MarkdownPage.Block;
import dev.kmsagent.deploy.MarkdownPage.Link;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What holds for all pages: links that lead somewhere, no token in arguments, and their length. The
 * page of symptoms has the lines that the agent logs.
 */
final class DocumentationTest {
  private static final Path ROOT = Clone.root();

  /** All users of a host can see the arguments of a command. */
  private static final Pattern TOKEN_IN_ARGUMENT =
      Pattern.compile("(-H|--header)[ =]*[\"']?[A-Za-z-]*(Token|Authorization).*");

  /** Blocks of code, and what tests and benchmarks write between markers: it is looked up. */
  private static final Pattern NOT_COUNTED =
      Pattern.compile("(?ms)^<!--[^>]*\\bbegin\\b.*?^<!--[^>]*\\bend\\b[^>]*-->|^ *```.*?^ *```$");

  private static final Pattern WORD = Pattern.compile("\\S*[\\p{L}\\p{N}]\\S*");

  private static final MarkdownPage SYMPTOMS = page("docs/when-something-is-wrong.md");

  private static final Pattern EVENT_IN_TABLE = Pattern.compile("`([a-z]+(?:_[a-z]+)+)`");

  /** A row of the table of events on the page on metrics, for one that is logged at WARN. */
  private static final Pattern WARNING =
      Pattern.compile("(?m)^\\| `([a-z_]+)` \\| [A-Z, ]*WARN[A-Z, ]* \\|");

  /** The code that logs, with texts that go over several lines in one. */
  private static final String CODE =
      Stream.of(
              "adapters-http",
              "adapters-telemetry",
              "adapters-kms",
              "adapters-cache",
              "adapters-files",
              "bootstrap")
          .map(module -> ROOT.resolve(module).resolve("src/main/java"))
          .flatMap(sources -> Clone.files(sources, 99, ".java").stream())
          .map(Clone::text)
          .collect(joining("\n"))
          .replaceAll("\"\\s*\\+\\s*\"", "");

  private static MarkdownPage page(String page) {
    return MarkdownPage.read(ROOT.resolve(page));
  }

  /** All pages of the clone. */
  private static List<Path> pages() {
    return Stream.of("", "docs", "config")
        .flatMap(it -> Clone.files(ROOT.resolve(it), it.isEmpty() ? 1 : 9, ".md").stream())
        .toList();
  }

  /** Each relative link leads to a file, and to a heading if it names one. */
  @Test
  void no_link_is_broken() {
    var links = pages().stream().map(MarkdownPage::read).flatMap(MarkdownPage::links).toList();

    assertThat(links).hasSizeGreaterThan(100).noneMatch(DocumentationTest::isBroken);
  }

  private static boolean isBroken(Link link) {
    return !Files.exists(link.file()) || link.heading().filter(place -> place < 0).isPresent();
  }

  @Test
  void no_command_has_the_token_in_its_arguments() {
    assertThat(pages().stream().map(page -> TOKEN_IN_ARGUMENT.matcher(Clone.text(page))))
        .hasSizeGreaterThan(10)
        .flatMap(it -> it.results().map(MatchResult::group).toList())
        .isEmpty();
  }

  /**
   * Of users and operators, and on the inside. A word has a letter or a digit. With the property
   * {@code words.most=0} it fails, and tells the words of each page.
   */
  @ParameterizedTest
  @CsvSource({"docs/internals, 5000, 15000", "docs, 10000, 22000"})
  void pages_in_english_have_few_words(String folder, long least, long most) {
    var folders = folder.equals("docs") ? "docs(?!/zh|/internals)/.*|README.md" : folder + "/.*";
    var counted =
        pages().stream()
            .filter(it -> ROOT.relativize(it).toString().matches(folders))
            .collect(toMap(ROOT::relativize, DocumentationTest::words));

    assertThat(counted.values().stream().mapToLong(it -> it).sum())
        .as("words by page: %s", counted)
        .isGreaterThanOrEqualTo(least)
        .isLessThanOrEqualTo(Long.getLong("words.most", most));
  }

  private static long words(Path page) {
    return WORD.matcher(NOT_COUNTED.matcher(Clone.text(page)).replaceAll("")).results().count();
  }

  /** A booted host runs those of the page on systemd. */
  @Test
  void the_commands_on_a_host_of_the_page_on_the_first_secret_are_tested() {
    var tested =
        page("docs/systemd.md").code("sh").flatMap(String::lines).map(String::strip).toList();
    var host = page("docs/first-secret.md").code("sh").filter(it -> it.contains("/environment"));

    assertThat(host.findFirst().orElseThrow().lines())
        .flatMap(line -> List.of(line.split(" +# or ", -1)))
        .isNotEmpty()
        .allMatch(tested::contains);
  }

  @ParameterizedTest
  @ValueSource(strings = {"java", "go", "python", "js", "json"})
  void tests_run_the_programs_of_the_page_on_passwords(String language) {
    var clients = ROOT.resolve("client-tests/src/test/resources/dev/kmsagent/clients");
    var run =
        Stream.of("passwords", "credentials")
            .flatMap(
                folder -> Clone.files(clients.resolve(folder), 1, "." + ending(language)).stream())
            .map(program -> unindented(Clone.text(program)))
            .collect(joining());

    assertThat(page("docs/passwords.md").code(language).map(DocumentationTest::unindented))
        .isNotEmpty()
        .allMatch(run::contains);
  }

  private static String ending(String language) {
    return language.equals("python") ? "py" : language;
  }

  private static String unindented(String code) {
    return code.replaceAll("(?m)^ +", "");
  }

  @Test
  void each_event_of_the_page_of_symptoms_is_logged_by_the_agent() {
    assertThat(events()).hasSizeGreaterThan(20);
    assertThat(events().filter(event -> !CODE.contains('"' + event + '"'))).isEmpty();
  }

  @Test
  void each_line_of_the_page_of_symptoms_is_one_of_the_log() {
    assertThat(lines()).hasSizeGreaterThan(5);
    assertThat(lines().flatMap(DocumentationTest::texts).filter(text -> !isInTheCode(text)))
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
  void each_warning_of_the_agent_is_on_the_page_of_symptoms() {
    var metrics = Clone.text(ROOT.resolve("docs/metrics.md"));
    var warnings = WARNING.matcher(metrics).results().map(match -> match.group(1)).toList();

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
    return SYMPTOMS.blocks().stream()
        .map(Block::text)
        .dropWhile(text -> !text.equals(heading))
        .filter(text -> text.startsWith("|"));
  }

  private static Stream<JsonObject> lines() {
    return SYMPTOMS.blocks().stream()
        .map(Block::text)
        .filter(text -> text.startsWith("```json"))
        .flatMap(String::lines)
        .filter(line -> line.startsWith("{"))
        .map(line -> JsonParser.parseString(line).getAsJsonObject());
  }
}
