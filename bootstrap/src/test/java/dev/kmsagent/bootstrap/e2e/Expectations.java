package dev.kmsagent.bootstrap.e2e;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Tables of expected cells: states along the head of each, and below it a line for each meaning.
 */
final class Expectations {
  private final List<List<List<String>>> tables;

  Expectations(String... tables) {
    this.tables = Stream.of(tables).map(Expectations::lines).toList();
  }

  private static List<List<String>> lines(String table) {
    return table.lines().map(Expectations::parts).toList();
  }

  private static List<String> parts(String line) {
    return Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
  }

  /** The cells of a meaning in all states. */
  Map<State, Cell> line(String meaning, String failure) {
    var cells = new EnumMap<State, Cell>(State.class);
    for (var state : State.values()) {
      cells.put(state, cell(meaning, state, failure));
    }
    return cells;
  }

  /** The cell of a meaning in a state; {@code failure} is how the fault fails a request. */
  Cell cell(String meaning, State state, String failure) {
    var table =
        tables.stream()
            .filter(each -> each.getFirst().contains(state.name()))
            .findFirst()
            .orElseThrow();
    var column = table.getFirst().indexOf(state.name());
    return table.stream()
        .filter(line -> line.getFirst().equals(meaning))
        .map(line -> Cell.parse(line.get(column), failure))
        .findFirst()
        .orElseThrow();
  }
}
