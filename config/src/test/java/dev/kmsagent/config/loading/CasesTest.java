package dev.kmsagent.config.loading;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is said of configurations, and which values are in force, as the files in the folder {@code
 * cases} describe it. After a title, {@code ## TITLE}, stand the lines of {@code config.toml}, and
 * then lines that begin so:
 *
 * <ul>
 *   <li>{@code $} {@code VARIABLE=VALUE}, or the name of several variables; {@code -} takes them
 *       away. The region is always set, to cn-hangzhou.
 *   <li>{@code *} columns, separated by {@code |}: the case is repeated for each such line, with
 *       the columns in the places of <code>{1}</code>, <code>{2}</code>, ..
 *   <li>{@code !} a problem, in order; where it ends with {@code ...}, the beginning of one
 *   <li>{@code >} a setting and where it comes from; its end may be missing
 *   <li>{@code =} a part of the configuration as its records print it
 * </ul>
 *
 * An indented line continues the one before it. A case without problems loads.
 */
class CasesTest {
  private static final int MAX_COLUMNS = 5;
  private static final String MORE = "...";

  static List<String> cases() throws IOException {
    var cases = new ArrayList<String>();
    try (var files = Files.newDirectoryStream(TestFiles.path("cases"))) {
      for (Path file : files) {
        Stream.of(Files.readString(file).split("(?m)^## ", -1))
            .skip(1)
            .map(block -> TestFiles.filled(block.strip().replace("\n    ", " ")))
            .flatMap(CasesTest::rows)
            .forEach(cases::add);
      }
    }
    return cases;
  }

  private static Stream<String> rows(String block) {
    var rows = lines(block, "*");
    return rows.isEmpty() ? Stream.of(block) : rows.stream().map(row -> filled(block, row));
  }

  private static String filled(String block, String row) {
    var columns = List.of(row.split("\\s*\\|\\s*", -1));
    var filled = block;
    for (int place = 1; place <= MAX_COLUMNS; place++) {
      var column = place > columns.size() ? "" : columns.get(place - 1).translateEscapes();
      filled = filled.replace("{" + place + "}", column);
    }
    return filled;
  }

  /** The rests of the lines that begin so. */
  private static List<String> lines(String block, String sign) {
    return block
        .lines()
        .filter(line -> line.startsWith(sign))
        .map(line -> line.substring(1).stripLeading())
        .toList();
  }

  private static Attempt attempt(String block) {
    var toml =
        block.lines().skip(1).takeWhile(line -> !line.matches("[$*!>=].*")).collect(joining("\n"));
    var attempt = Attempt.inHangzhou(toml).in(TestFiles.path("."));
    for (var variable : lines(block, "$")) {
      attempt = attempt.given(variable);
    }
    return attempt;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void a_configuration_has_its_problems_or_its_values(String block) {
    var problems = lines(block, "!");
    if (problems.isEmpty()) {
      assertValues(attempt(block), lines(block, ">"), lines(block, "="));
    } else {
      assertThat(attempt(block).messages()).zipSatisfy(problems, CasesTest::assertProblem);
    }
  }

  private static void assertValues(Attempt attempt, List<String> expected, List<String> records) {
    var settings =
        attempt.settings().stream()
            .map(it -> it.path() + " = " + it.shownValue() + ", " + it.origin().describe())
            .toList();
    assertThat(expected)
        .allSatisfy(start -> assertThat(settings).anyMatch(setting -> setting.startsWith(start)));
    var config = attempt.config().toString();
    assertThat(records).allSatisfy(part -> assertThat(config).contains(part));
  }

  private static void assertProblem(String message, String expected) {
    if (expected.endsWith(MORE)) {
      assertThat(message).startsWith(expected.substring(0, expected.length() - MORE.length()));
    } else {
      assertThat(message).isEqualTo(expected);
    }
  }
}
