package dev.kmsagent.emulator.seed;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * A table of the file. A wrong value is added to the problems, with its line, and then read as
 * absent.
 */
final class SeedTable {
  private final TomlTable table;
  private final int line;
  private final List<String> problems;

  SeedTable(TomlTable table, int line, List<String> problems) {
    this.table = table;
    this.line = line;
    this.problems = problems;
  }

  void problem(String text) {
    problems.add("line " + line + ": " + text);
  }

  void problemAt(String name, String text) {
    problems.add("line " + lineOf(name) + ": " + name + ": " + text);
  }

  /** Adds a problem for every other key. */
  void allow(String... names) {
    var unknown = new TreeSet<>(table.keySet());
    unknown.removeAll(Set.of(names));
    unknown.forEach(name -> problemAt(name, "no such key; known are " + String.join(", ", names)));
  }

  boolean has(String name) {
    return raw(name) != null;
  }

  Optional<String> string(String name) {
    return typed(name, String.class, "a string");
  }

  /** A string that must be there and match. */
  Optional<String> required(String name, String pattern) {
    Optional<String> text = string(name);
    if (!has(name)) {
      problem("needs " + name);
    }
    text.filter(t -> !t.matches(pattern)).ifPresent(_ -> problemAt(name, "must match " + pattern));
    return text;
  }

  boolean flag(String name) {
    return typed(name, Boolean.class, "true or false").orElse(false);
  }

  /** The raw value, whatever its type. */
  @Nullable Object raw(String name) {
    return table.get(List.of(name));
  }

  List<String> strings(String name) {
    var strings = new ArrayList<String>();
    List<Object> elements =
        typed(name, TomlArray.class, "a list").map(TomlArray::toList).orElse(List.of());
    for (Object element : elements) {
      if (element instanceof String text) {
        strings.add(text);
      } else {
        problemAt(name, "must be a list of strings");
      }
    }
    return strings;
  }

  /** The tables of a {@code [[name]]} list. */
  List<SeedTable> tables(String name) {
    var tables = new ArrayList<SeedTable>();
    Optional<TomlArray> list = typed(name, TomlArray.class, "written as [[" + name + "]]");
    for (int i = 0; i < list.map(TomlArray::size).orElse(0); i++) {
      if (list.get().get(i) instanceof TomlTable element) {
        tables.add(new SeedTable(element, lineOf(list.get().inputPositionOf(i)), problems));
      } else {
        problemAt(name, "must be written as [[" + name + "]]");
      }
    }
    return tables;
  }

  private <T> Optional<T> typed(String name, Class<T> type, String wanted) {
    Object value = raw(name);
    if (value != null && !type.isInstance(value)) {
      problemAt(name, "must be " + wanted);
      return Optional.empty();
    }
    return Optional.ofNullable(value).map(type::cast);
  }

  private int lineOf(String name) {
    return lineOf(table.inputPositionOf(List.of(name)));
  }

  private int lineOf(@Nullable TomlPosition position) {
    return position == null ? line : position.line();
  }
}
