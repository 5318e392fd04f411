package dev.kmsagent.config.schema;

import dev.kmsagent.config.schema.ValueType.Parsed;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Finds keys by path or by variable, and suggests known names for unknown ones. */
public final class Schema {
  /** What it costs to suggest a key of the same name in another table. */
  private static final int OTHER_TABLE = 5;

  private final List<ConfigKey<?>> keys;
  private final Map<String, String> removed;
  private final List<String> tables;

  /** The schema of a file that consists of this table. */
  public Schema(Table<?> file) {
    this.keys = file.keys();
    this.removed = file.removed();
    this.tables = keys.stream().flatMap(key -> tablesOf(key.path())).distinct().toList();
  }

  /** Whether this is the path of a table, in any case. */
  public boolean isTable(String path) {
    return Stream.concat(tables.stream(), removed.keySet().stream().flatMap(Schema::tablesOf))
        .anyMatch(path::equalsIgnoreCase);
  }

  /** A key by its path, in any case. */
  public Parsed<ConfigKey<?>> byPath(String path) {
    return named(path, path::equalsIgnoreCase, UnaryOperator.identity(), tables);
  }

  /** A key by the variable that overrides it. */
  public Parsed<ConfigKey<?>> byVariable(String variable) {
    return named(variable, variable::equals, ConfigKey::variable, List.of());
  }

  private Parsed<ConfigKey<?>> named(
      String name, Predicate<String> meant, UnaryOperator<String> naming, List<String> others) {
    var found = keys.stream().filter(key -> meant.test(naming.apply(key.path()))).findFirst();
    return found.isPresent()
        ? new Parsed.Valid<>(found.get())
        : new Parsed.Invalid<>(wrong(name, meant, naming, others));
  }

  private String wrong(
      String name, Predicate<String> meant, UnaryOperator<String> naming, List<String> others) {
    var known = Stream.concat(keys.stream().map(key -> naming.apply(key.path())), others.stream());
    return removed.keySet().stream()
        .filter(path -> meant.test(naming.apply(path)))
        .findFirst()
        .map(path -> "is not a key any more: " + removed.get(path) + "; remove it")
        .orElseGet(() -> "is not known; did you mean " + closest(name, known) + "?");
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
    if (candidate.regionMatches(true, 0, mistaken, 0, mistaken.length())) {
      return 0;
    }
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
