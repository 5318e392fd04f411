package dev.kmsagent.config.schema;

import dev.kmsagent.domain.Parsed;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Finds keys by path or by variable, and suggests known names for unknown ones. */
public final class Schema {
  private final List<ConfigKey<?>> keys;
  private final List<String> tables;

  /** The schema of a file that consists of this table. */
  public Schema(Table<?> file) {
    this.keys = file.keys();
    this.tables = keys.stream().flatMap(key -> tablesOf(key.path())).distinct().toList();
  }

  /** Whether this is the path of a table, in any case. */
  public boolean isTable(String path) {
    return tables.stream().anyMatch(path::equalsIgnoreCase);
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
    if (found.isPresent()) {
      return new Parsed.Valid<>(found.get());
    }
    var known = Stream.concat(keys.stream().map(key -> naming.apply(key.path())), others.stream());
    return new Parsed.Invalid<>("is not known; did you mean " + closest(name, known) + "?");
  }

  private static Stream<String> tablesOf(String path) {
    return IntStream.range(0, path.length())
        .filter(index -> path.charAt(index) == '.')
        .mapToObj(dot -> path.substring(0, dot));
  }

  private static String closest(String mistaken, Stream<String> known) {
    var pairs = pairs(mistaken);
    return known
        .max(Comparator.comparingDouble(candidate -> likeness(pairs, pairs(candidate))))
        .orElseThrow();
  }

  /** What two names have in common: the coefficient of Dice, without its factor of two. */
  private static double likeness(Set<String> one, Set<String> other) {
    var common = one.stream().filter(other::contains).count();
    return common / (double) (one.size() + other.size());
  }

  /** The pairs of neighbouring letters, whatever their case. */
  private static Set<String> pairs(String name) {
    var letters = name.toLowerCase(Locale.ROOT);
    return IntStream.range(0, letters.length() - 1)
        .mapToObj(i -> letters.substring(i, i + 2))
        .collect(Collectors.toSet());
  }
}
