package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The pages in English stay short enough to be read. A word has a letter or a digit. Not counted
 * are blocks of code, which are no English, and what tests and benchmarks write between markers: it
 * is looked up by key or fault, and is as long as the product has of them.
 */
final class DocumentationSizeTest {
  private static final Path ROOT = Clone.root();
  private static final Path INTERNALS = ROOT.resolve("docs/internals");
  private static final Pattern NOT_COUNTED =
      Pattern.compile("(?ms)^<!--[^>]*\\bbegin\\b.*?^<!--[^>]*\\bend\\b[^>]*-->|^ *```.*?^ *```$");
  private static final Pattern WORD = Pattern.compile("\\S*[\\p{L}\\p{N}]\\S*");

  @Test
  void users_and_operators_have_25000_words_to_read_at_most() throws IOException {
    var pages = wordsOf(page -> !page.startsWith(INTERNALS) && !page.startsWith(chinese()));
    pages.put("README.md", words(ROOT.resolve("README.md")));

    assertThat(total(pages)).as(pages::toString).isBetween(10_000L, 25_000L);
  }

  @Test
  void pages_on_the_inside_have_15000_words_at_most() throws IOException {
    var pages = wordsOf(page -> page.startsWith(INTERNALS));

    assertThat(total(pages)).as(pages::toString).isBetween(5_000L, 15_000L);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      textBlock =
          """
          "# Two words", 2
          "| a | `b` | - |\n|---|---|---|", 2
          "one\n\n```sh\nnot this\n```\n\ntwo", 2
          "- one\n\n  ```sh\n  not this\n  ```\n\n- two", 2
          "one\n<!-- begin keys -->\n| not | this |\n<!-- end keys -->\ntwo", 2
          "one\n<!-- measured: begin -->\nnot this\n<!-- measured: end -->\ntwo", 2
          """)
  void words_are_counted(String text, int words, @TempDir Path folder) throws IOException {
    assertThat(words(Files.writeString(folder.resolve("page.md"), text))).isEqualTo(words);
  }

  private static Path chinese() {
    return ROOT.resolve("docs/zh");
  }

  private static long total(Map<String, Long> pages) {
    return pages.values().stream().mapToLong(Long::longValue).sum();
  }

  /** The words of each page below {@code docs} that is one of these. */
  private static Map<String, Long> wordsOf(Predicate<Path> these) throws IOException {
    var words = new TreeMap<String, Long>();
    try (var pages = Files.walk(ROOT.resolve("docs"))) {
      pages
          .filter(page -> page.toString().endsWith(".md"))
          .filter(these)
          .forEach(page -> words.put(ROOT.relativize(page).toString(), words(page)));
    }
    return words;
  }

  private static long words(Path page) {
    try {
      var text = NOT_COUNTED.matcher(Files.readString(page)).replaceAll("");
      return WORD.matcher(text).results().count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
