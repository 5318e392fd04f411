package dev.kmsagent.bootstrap.documentation;

import static java.util.stream.Collectors.groupingBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tests that a page names, as {@code Class#method} in code spans, and whether they exist; the
 * numbers of the promises that rows of its tables begin with.
 */
record TestReferences(List<String> lines) {
  private static final Pattern REFERENCE = Pattern.compile("`(\\w+)#(\\w+)`");
  private static final Pattern NUMBER = Pattern.compile("\\| ([A-Z]\\d+) \\|.*");
  private static final String PROMISES = "| | promise |";
  private static final Pattern TABLE_HEAD = Pattern.compile("\\|.*\\| tests? \\|");

  TestReferences {
    lines = List.copyOf(lines);
  }

  static TestReferences of(Path page) throws IOException {
    return new TestReferences(Files.readAllLines(page));
  }

  /** Those that no test class of {@code sources} has. */
  List<String> unknown(Map<String, List<Path>> sources) {
    return lines.stream()
        .flatMap(line -> REFERENCE.matcher(line).results())
        .filter(reference -> !exists(reference.group(1), reference.group(2), sources))
        .map(reference -> reference.group().replace("`", ""))
        .toList();
  }

  /** The numbers of promises, for example {@code A1}, in their order. */
  List<String> numbers() {
    return lines.stream()
        .map(NUMBER::matcher)
        .filter(Matcher::matches)
        .map(row -> row.group(1))
        .toList();
  }

  /** Rows of the tables of promises that have no number. */
  List<String> withoutNumber() {
    return rows(PROMISES::equals).stream().filter(row -> !NUMBER.matcher(row).matches()).toList();
  }

  /** Rows of the tables whose last column is for tests that name none there. */
  List<String> rowsWithout() {
    return rows(TABLE_HEAD.asMatchPredicate()).stream()
        .filter(row -> !REFERENCE.matcher(lastCell(row)).find())
        .toList();
  }

  /** The rows of the tables with such a head. */
  private List<String> rows(Predicate<String> head) {
    var rows = new ArrayList<String>();
    var inTable = false;
    for (var line : lines) {
      inTable = line.startsWith("|") && (inTable || head.test(line));
      if (inTable && !head.test(line) && !line.startsWith("|--")) {
        rows.add(line);
      }
    }
    return rows;
  }

  private static String lastCell(String row) {
    return row.substring(row.lastIndexOf('|', row.length() - 2) + 1);
  }

  /** The Java sources below the root, by class name. */
  static Map<String, List<Path>> sources(Path root) throws IOException {
    try (var files = Files.walk(root, 20)) {
      return files
          .filter(file -> file.toString().contains("/src/") && file.toString().endsWith(".java"))
          .collect(groupingBy(file -> file.getFileName().toString().replace(".java", "")));
    }
  }

  private static boolean exists(String type, String method, Map<String, List<Path>> sources) {
    return sources.getOrDefault(type, List.of()).stream()
        .anyMatch(file -> read(file).matches("(?s).*\\bvoid " + method + "\\(.*"));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
