package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.deploy.MarkdownPage.Block;
import dev.kmsagent.deploy.MarkdownPage.Link;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Excerpts in Chinese have headings, commands and names of the page in English, in their order, and
 * none that is not there.
 */
final class ExcerptsTest {
  private static final Pattern ALERT =
      Pattern.compile("alert: (\\w+)(?s:.*?)severity: (\\w+)(?s:.*?)wrong\\.md#(\\S+)");

  static Stream<Path> excerpts() {
    return TranslationsTest.all().filter(TranslationsTest::isExcerpt);
  }

  @ParameterizedTest
  @MethodSource("excerpts")
  void its_headings_name_those_in_english(Path file) {
    var ids = MarkdownPage.read(file).ids();

    assertThat(english(file).anchors()).containsSubsequence(ids.subList(1, ids.size()));
  }

  @ParameterizedTest
  @MethodSource("excerpts")
  void its_code_is_that_in_english(Path file) {
    assertThat(lines(english(file))).containsAll(lines(MarkdownPage.read(file)).toList());
  }

  private static Stream<String> lines(MarkdownPage page) {
    return page.blocks().stream().filter(Block::isCode).map(Block::kind).flatMap(String::lines);
  }

  @ParameterizedTest
  @MethodSource("excerpts")
  void it_links_to_pages_in_chinese_to_its_own_in_english_and_to_addresses_there(Path file) {
    assertThat(TranslationsTest.linksToEnglish(file)).containsOnly(TranslationsTest.english(file));
    assertThat(addresses(english(file))).containsAll(addresses(MarkdownPage.read(file)).toList());
  }

  private static Stream<String> addresses(MarkdownPage page) {
    return page.blocks().stream().flatMap(TranslationsTest::addresses);
  }

  /** Metrics, alerts, events, keys, options. */
  @ParameterizedTest
  @MethodSource("excerpts")
  void its_names_are_in_the_page_in_english_or_in_the_alerts(Path file) {
    var lines = Clone.text(TranslationsTest.english(file)).replace("\\|", "|");
    var text = lines.replaceAll("\\s+", " ");
    var known = text + Clone.text(AlertRulesTest.FILE);
    var spans = MarkdownPage.read(file).blocks().stream().flatMap(it -> it.codeSpans().stream());

    assertThat(spans.map(span -> span.replace("`", "")))
        .isNotEmpty()
        .allMatch(name -> word(name).matcher(known).find());
  }

  private static Pattern word(String name) {
    return Pattern.compile("(?<!\\w)" + Pattern.quote(name) + "(?!\\w)");
  }

  @Test
  void that_on_metrics_has_each_alert_with_its_severity_and_section() {
    var page = MarkdownPage.read(Clone.root().resolve("docs/zh/metrics.md"));
    var rows = page.blocks().stream().filter(block -> block.text().startsWith("| `KmsAgent"));
    var alerts = ALERT.matcher(Clone.text(AlertRulesTest.FILE)).results();

    assertThat(rows.map(row -> alert(page, row)))
        .containsExactlyInAnyOrderElementsOf(
            alerts.map(it -> "%s %s %s".formatted(it.group(1), it.group(2), it.group(3))).toList());
  }

  private static String alert(MarkdownPage page, Block row) {
    var words = row.text().split("[ |`]+", 4);
    return "%s %s %s"
        .formatted(words[1], words[2], section(page.links(row).findFirst().orElseThrow()));
  }

  private static String section(Link link) {
    return MarkdownPage.read(link.file()).ids().get(link.heading().orElseThrow());
  }

  private static MarkdownPage english(Path file) {
    return MarkdownPage.read(TranslationsTest.english(file));
  }
}
