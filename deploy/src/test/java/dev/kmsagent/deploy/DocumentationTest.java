package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

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

/** What holds for all pages: links that lead somewhere, no token in arguments, and their length. */
final class DocumentationTest {
  private static final Path ROOT = Clone.root();

  /** All users of a host can see the arguments of a command. */
  private static final Pattern TOKEN_IN_ARGUMENT =
      Pattern.compile("(-H|--header)[ =]*[\"']?[A-Za-z-]*(Token|Authorization).*");

  /** Blocks of code, and what tests and benchmarks write between markers: it is looked up. */
  private static final Pattern NOT_COUNTED =
      Pattern.compile("(?ms)^<!--[^>]*\\bbegin\\b.*?^<!--[^>]*\\bend\\b[^>]*-->|^ *```.*?^ *```$");

  private static final Pattern WORD = Pattern.compile("\\S*[\\p{L}\\p{N}]\\S*");

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

  /** Of users and operators, and on the inside. A word has a letter or a digit. */
  @ParameterizedTest
  @CsvSource({"docs/internals, 5000, 15000", "docs, 10000, 25000"})
  void pages_in_english_have_few_words(String folder, long least, long most) {
    var folders = folder.equals("docs") ? "docs(?!/zh|/internals)/.*|README.md" : folder + "/.*";
    var counted = pages().stream().filter(it -> ROOT.relativize(it).toString().matches(folders));

    assertThat(counted.mapToLong(DocumentationTest::words).sum()).isBetween(least, most);
  }

  private static long words(Path page) {
    return WORD.matcher(NOT_COUNTED.matcher(Clone.text(page)).replaceAll("")).results().count();
  }
}
