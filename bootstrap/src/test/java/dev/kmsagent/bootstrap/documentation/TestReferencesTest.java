package dev.kmsagent.bootstrap.documentation;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages that promise something are bound to the tests that show it. */
final class TestReferencesTest {
  private static final Path ROOT = Path.of("..");
  private static final String PROMISES = "\\| \\| promise \\|";

  /** A promise begins with its number, for example {@code A1}. */
  private static final Pattern NUMBERED = Pattern.compile("\\| ([A-Z]\\d+) \\|.*");

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
}
