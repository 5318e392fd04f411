package dev.kmsagent.config.schema;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Finds keys by path or by variable, and suggests known names for unknown ones. */
public final class Schema {
  /** What it costs to suggest a key of the same name in another table. */
  private static final int OTHER_TABLE = 5;

  private final List<ConfigKey<?>> keys;
  private final List<String> tables;

  public Schema(List<ConfigKey<?>> keys) {
    this.keys = List.copyOf(keys);
    this.tables = keys.stream().flatMap(key -> tablesOf(key.path())).distinct().toList();
  }

  /** What a name turns out to be. */
  public sealed interface Match {

    /** The name of a key. */
    record Known(ConfigKey<?> key) implements Match {}

    /** The name of nothing; the suggestion is the most similar known one. */
    record Unknown(String suggestion) implements Match {

      /** The problem with a name that is not known. */
      public Problem problem(Origin origin, String name) {
        return new Problem(origin, name, "is not known; did you mean " + suggestion + "?");
      }
    }
  }

  /** Whether this is the path of a table, in any case. */
  public boolean isTable(String path) {
    return tables.stream().anyMatch(path::equalsIgnoreCase);
  }

  /** A key by its path, in any case. */
  public Match byPath(String path) {
    return match(
        key -> key.path().equalsIgnoreCase(path),
        path,
        Stream.concat(keys.stream().map(ConfigKey::path), tables.stream()));
  }

  /** A key by the variable that overrides it. */
  public Match byVariable(String variable) {
    return match(
        key -> key.variable().equals(variable), variable, keys.stream().map(ConfigKey::variable));
  }

  private Match match(Predicate<ConfigKey<?>> meant, String name, Stream<String> known) {
    return keys.stream()
        .filter(meant)
        .findFirst()
        .<Match>map(Match.Known::new)
        .orElseGet(() -> new Match.Unknown(closest(name, known)));
  }

  private static Stream<String> tablesOf(String path) {
    return IntStream.range(0, path.length())
        .filter(index -> path.charAt(index) == '.')
        .mapToObj(dot -> path.substring(0, dot));
  }

  private static String closest(String mistaken, Stream<String> known) {
    return known
        .min(Comparator.comparingInt(candidate -> difference(mistaken, candidate)))
        .orElseThrow();
  }

  private static int difference(String mistaken, String candidate) {
    var elsewhere = OTHER_TABLE + distance(lastPart(mistaken), lastPart(candidate));
    return Math.min(distance(mistaken, candidate), elsewhere);
  }

  private static String lastPart(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  /** The edit distance of Levenshtein, whatever the case. */
  private static int distance(String one, String other) {
    var from = one.toLowerCase(Locale.ROOT);
    var to = other.toLowerCase(Locale.ROOT);
    var row = IntStream.rangeClosed(0, to.length()).toArray();
    for (int i = 0; i < from.length(); i++) {
      row = nextRow(row, from.charAt(i), to);
    }
    return row[to.length()];
  }

  private static int[] nextRow(int[] above, char letter, String to) {
    var row = new int[above.length];
    row[0] = above[0] + 1;
    for (int j = 0; j < to.length(); j++) {
      var replaced = above[j] + (letter == to.charAt(j) ? 0 : 1);
      row[j + 1] = Math.min(replaced, Math.min(above[j + 1], row[j]) + 1);
    }
    return row;
  }
}
