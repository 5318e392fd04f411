package dev.kmsagent.bootstrap.documentation;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pages that promise something are bound to the tests that show it, and everything that can grow is
 * at its limit, and fits the heap that the launcher allows.
 */
final class PromisesTest {
  private static final Path ROOT = Path.of("..");
  private static final String PROMISES = "\\| \\| promise \\|";

  /** A promise begins with its number, for example {@code A1}. */
  private static final Pattern NUMBERED = Pattern.compile("\\| ([A-Z]\\d+) \\|.*");

  private static final Pattern HEAP = Pattern.compile(" heap=(\\d+)m ");

  /** In the third column the bytes on the heap, a number, or a product with its result. */
  private static final Pattern LIMIT =
      Pattern.compile(
          "(?m)^\\|[^|]+\\|[^|]+\\|((?<product>[0-9 x]+) = )? *(?<bytes>\\d+) *\\|[^|]+\\|[^|]+\\|$");

  private static final Pattern REFERENCE = Pattern.compile("`(\\w+)#(\\w+)`");

  private static List<String> lines(String page) throws IOException {
    return Files.readAllLines(ROOT.resolve("docs").resolve(page));
  }

  /** The rows of the tables whose head matches. */
  private static List<String> rows(String page, String head) throws IOException {
    var rows = new ArrayList<String>();
    var inTable = false;
    for (var line : lines(page)) {
      inTable = line.startsWith("|") && (inTable || line.matches(head));
      if (inTable && !line.matches(head) && !line.startsWith("|--")) {
        rows.add(line);
      }
    }
    return rows;
  }

  private static List<String> numbers(String page) throws IOException {
    return lines(page).stream()
        .map(NUMBERED::matcher)
        .filter(row -> row.matches())
        .map(row -> row.group(1))
        .toList();
  }

  private static Map<String, List<Path>> testsByName() throws IOException {
    try (var files = Files.walk(ROOT, 20)) {
      return files
          .filter(file -> file.toString().contains("/src/") && file.toString().endsWith(".java"))
          .collect(groupingBy(file -> file.getFileName().toString().replace(".java", "")));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"internals/security-tests.md", "internals/limits.md"})
  void every_row_names_tests_that_exist(String page) throws IOException {
    var tests = testsByName();
    var rows = rows(page, "\\|.*\\| tests? \\|");

    assertThat(rows).isNotEmpty();
    for (var row : rows) {
      var lastCell = row.substring(row.lastIndexOf('|', row.length() - 2));
      assertThat(REFERENCE.matcher(lastCell).find()).as(row).isTrue();
    }
    for (var reference : REFERENCE.matcher(String.join("\n", lines(page))).results().toList()) {
      assertThat(tests.getOrDefault(reference.group(1), List.of()))
          .as(reference.group())
          .anySatisfy(
              file -> assertThat(file).content().contains(" void " + reference.group(2) + "("));
    }
  }

  @Test
  void every_promise_on_security_has_a_number_and_its_tests() throws IOException {
    var promises = numbers("security.md");

    assertThat(promises).hasSizeGreaterThan(60).doesNotHaveDuplicates();
    assertThat(numbers("internals/security-tests.md")).isEqualTo(promises);
    assertThat(rows("security.md", PROMISES)).isNotEmpty().allMatch(NUMBERED.asMatchPredicate());
  }

  private static List<MatchResult> limits(String text) {
    return LIMIT.matcher(text).results().toList();
  }

  private static long sum(String text) {
    return limits(text).stream().mapToLong(row -> Long.parseLong(row.group("bytes"))).sum();
  }

  private static long heap() throws IOException {
    var launcher = Files.readString(ROOT.resolve("bootstrap/src/main/dist/alibabacloud-kms-agent"));
    var sizes = HEAP.matcher(launcher).results();
    return sizes.mapToLong(size -> Long.parseLong(size.group(1)) << 20).min().orElseThrow();
  }

  @Test
  void the_limits_together_take_nine_tenths_of_the_heap_at_most() throws IOException {
    var page = String.join("\n", lines("internals/limits.md"));
    var heap = heap();

    assertThat(sum(page.substring(0, page.indexOf("### With a cluster of Redis"))))
        .isBetween(heap / 2, heap / 10 * 9);
    assertThat(sum(page)).as("with a cluster of Redis").isLessThanOrEqualTo(heap / 100 * 97);
  }

  @Test
  void the_products_are_right() throws IOException {
    assertThat(limits(String.join("\n", lines("internals/limits.md"))))
        .filteredOn(row -> row.group("product") != null)
        .isNotEmpty()
        .allMatch(row -> row.group("bytes").equals(Long.toString(product(row.group("product")))));
  }

  private static long product(String factors) {
    return Stream.of(factors.strip().split(" x "))
        .mapToLong(Long::parseLong)
        .reduce(1, Math::multiplyExact);
  }
}
