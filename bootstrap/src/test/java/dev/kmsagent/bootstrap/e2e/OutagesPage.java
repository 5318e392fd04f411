package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.MeasuredPage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The page of the fault matrix; tests measure its tables. */
final class OutagesPage {
  private OutagesPage() {}

  /** Checks that a part of the page shows these cells, by fault; or makes it so. */
  static void verify(Class<?> tests, String part, Map<String, Map<State, Cell>> cells) {
    var command = "./mvnw test -pl bootstrap -am -Dsurefire.failIfNoSpecifiedTests=false -Dtest=";
    new MeasuredPage(
            Path.of("..", "docs", "internals", "outages-matrix.md"),
            "outages.write",
            command + tests.getSimpleName())
        .verify(part, table(cells));
  }

  private static String table(Map<String, Map<State, Cell>> cells) {
    var headings = Arrays.stream(State.values()).map(State::heading);
    var head = line(Stream.concat(Stream.of("what happens"), headings));
    var rule = "|---".repeat(State.values().length + 1) + "|\n";
    return rows(cells).entrySet().stream()
        .map(row -> line(Stream.concat(Stream.of(row.getValue()), texts(row.getKey()))))
        .collect(Collectors.joining("", head + rule, ""));
  }

  /** Faults with the same cells share a row. */
  private static Map<Map<State, Cell>, String> rows(Map<String, Map<State, Cell>> cells) {
    return cells.entrySet().stream()
        .collect(
            Collectors.groupingBy(
                Map.Entry::getValue,
                LinkedHashMap::new,
                Collectors.mapping(Map.Entry::getKey, Collectors.joining("<br>"))));
  }

  /** In the order of the states; a state that was not measured has no place here. */
  private static Stream<String> texts(Map<State, Cell> cells) {
    assertThat(cells).containsOnlyKeys(State.values());
    return Arrays.stream(State.values()).map(state -> String.valueOf(cells.get(state)));
  }

  private static String line(Stream<String> texts) {
    return texts.collect(Collectors.joining(" | ", "| ", " |\n"));
  }
}
