package dev.kmsagent.bootstrap.documentation;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.Unchecked;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

  /** The tables of limits with bytes. */
  private static final List<String> TABLES =
      List.of(
          "On the heap",
          "With one role",
          "With Redis",
          "With a cluster of Redis",
          "One agent a node");

  private static final Pattern CONSTANT =
      Pattern.compile("`(?<type>[A-Z]\\w+)\\.(?<name>[A-Z][A-Z_]+)` = (?<value>\\d+)");

  /** In code: a type, perhaps after its package, and a member of it or arguments. */
  private static final Pattern IN_CODE =
      Pattern.compile("`(([a-z.]+)[.])?([A-Z]\\w*[a-z]\\w*)([.](\\w+))?([(].*?[)])?`");

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

  private static Map<String, List<Path>> sourcesByName() throws IOException {
    try (var files = Files.walk(ROOT, 20)) {
      return files
          .filter(file -> file.toString().contains("/src/") && file.toString().endsWith(".java"))
          .collect(groupingBy(file -> file.getFileName().toString().replace(".java", "")));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"internals/security-tests.md", "internals/limits.md"})
  void every_row_names_tests_that_exist(String page) throws IOException {
    var tests = sourcesByName();
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
  void the_page_on_the_architecture_names_types_and_members_that_exist() throws IOException {
    var files = sourcesByName().values().stream().flatMap(List::stream);
    var sources = files.map(PromisesTest::text).toList();
    var page = String.join("\n", lines("internals/architecture.md"));
    var names = IN_CODE.matcher(page).results().toList();

    assertThat(names).hasSizeGreaterThan(100);
    for (var name : names) {
      var type = name.group(3);
      var member = "(?s).*[\\w>](?<!return|new) %s([(<]| extends| [{])".formatted(name.group(5));
      var declared =
          Pattern.compile(
              "(class|interface|record|enum) "
                  + type
                  + "\\b"
                  + (name.group(5) == null ? "" : member));
      var end = Objects.toString(name.group(2), "") + ";";
      assertThat(
              sources.stream()
                  .filter(it -> it.contains(' ' + type) && it.contains(end))
                  .anyMatch(it -> declared.matcher(it).find()))
          .as(name.group() + " in the sources")
          .isTrue();
    }
  }

  @Test
  void every_promise_on_security_has_a_number_and_its_tests() throws IOException {
    var promises = numbers("security.md");

    assertThat(promises).hasSizeGreaterThan(60).doesNotHaveDuplicates();
    assertThat(numbers("internals/security-tests.md")).isEqualTo(promises);
    assertThat(rows("security.md", PROMISES)).isNotEmpty().allMatch(NUMBERED.asMatchPredicate());
  }

  @Test
  void the_limits_together_take_nine_tenths_of_the_heap_at_most() {
    var heap = Limits.heap();
    var withRedis = Limits.sum("On the heap", "With one role", "With Redis");

    assertThat(withRedis).isBetween(heap / 2, heap / 10 * 9);
    assertThat(withRedis + Limits.sum("With a cluster of Redis"))
        .isLessThanOrEqualTo(heap / 100 * 97);
  }

  @Test
  void those_of_TLS_fit_as_well_with_32_mebibytes_more() {
    var more = 32L << 20;

    assertThat(Limits.page()).contains("with TLS 32 MiB more of heap");
    assertThat(Limits.sum("On the heap", "With one role", "With Redis", "With TLS"))
        .isLessThanOrEqualTo((Limits.heap() + more) / 10 * 9);
    assertThat(Limits.sum("On the heap", "One agent a node", "With TLS"))
        .isLessThanOrEqualTo(((Limits.heapOfNode() << 20) + more) / 10 * 9);
  }

  @Test
  void those_of_a_node_fit_the_heap_that_the_chart_gives_it() {
    var heap = Limits.heapOfNode() << 20;

    assertThat(Limits.sum("On the heap", "One agent a node")).isBetween(heap / 2, heap / 10 * 9);
    assertThat(Limits.page()).contains("heap of %d MiB that the chart".formatted(heap >> 20));
    assertThat(ROOT.resolve("deploy/kubernetes/rendered/node.yaml"))
        .content()
        .contains("memory: %dMi".formatted((heap >> 20) + 224));
  }

  @Test
  void the_products_are_right() {
    assertThat(TABLES)
        .flatMap(Limits::rows)
        .filteredOn(row -> row.group("product") != null)
        .isNotEmpty()
        .allMatch(row -> Limits.bytes(row) == product(row.group("product")));
  }

  @Test
  void the_constants_have_the_values_that_the_page_gives() throws IOException {
    var sources = sourcesByName();
    var constants = CONSTANT.matcher(Limits.page()).results().toList();

    assertThat(constants).hasSizeGreaterThan(30);
    for (var constant : constants) {
      var value = Pattern.compile("\\b%s = ([^;]+);".formatted(constant.group("name")));
      assertThat(sources.get(constant.group("type")))
          .as(constant.group())
          .flatExtracting(it -> value.matcher(text(it)).results().toList())
          .isNotEmpty()
          .extracting(it -> it.group(1))
          .filteredOn(it -> it.matches("[0-9_ <]+"))
          .allMatch(it -> value(it) == Long.parseLong(constant.group("value")));
    }
  }

  private static String text(Path file) {
    return Unchecked.get(() -> Files.readString(file));
  }

  /** Of a number, or a shift of it. */
  private static long value(String expression) {
    var parts = expression.replace("_", "").split(" << ", -1);
    return Long.parseLong(parts[0]) << (parts.length > 1 ? Integer.parseInt(parts[1]) : 0);
  }

  private static long product(String factors) {
    return Stream.of(factors.strip().split(" x "))
        .mapToLong(Long::parseLong)
        .reduce(1, Math::multiplyExact);
  }
}
