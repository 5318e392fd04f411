package dev.kmsagent.bootstrap.documentation;

import static java.util.stream.Collectors.groupingBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The tests that a page names, as {@code Class#method} in code spans, and whether they exist. */
record TestReferences(List<String> lines) {
  private static final Pattern REFERENCE = Pattern.compile("`(\\w+)#(\\w+)`");
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

  /** Rows of the tables whose last column is for tests that name none there. */
  List<String> rowsWithout() {
    var rows = new java.util.ArrayList<String>();
    var inTable = false;
    for (var line : lines) {
      inTable = line.startsWith("|") && (inTable || TABLE_HEAD.matcher(line).matches());
      if (inTable && !TABLE_HEAD.matcher(line).matches() && !line.startsWith("|--")) {
        rows.add(line);
      }
    }
    return rows.stream().filter(row -> !REFERENCE.matcher(lastCell(row)).find()).toList();
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
