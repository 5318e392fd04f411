package dev.kmsagent.bootstrap.documentation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The table of the page on limits: in its third column the bytes on the heap, a number, a product
 * with its result, or nothing.
 */
record HeapLimits(List<String> lines) {
  private static final Pattern ROW =
      Pattern.compile("\\|[^|]+\\|[^|]+\\|(?<heap>[0-9 x=]+)\\|[^|]+\\|[^|]+\\|");

  HeapLimits {
    lines = List.copyOf(lines);
  }

  static HeapLimits of(Path page) throws IOException {
    return new HeapLimits(Files.readAllLines(page));
  }

  /** The page before a heading. */
  HeapLimits before(String heading) {
    return new HeapLimits(lines.subList(0, lines.indexOf(heading)));
  }

  /** The bytes of all rows. */
  long sum() {
    return heap().mapToLong(HeapLimits::result).sum();
  }

  /** The products whose result is another. */
  List<String> miscalculated() {
    return heap()
        .filter(cell -> cell.contains("x"))
        .filter(cell -> product(cell.substring(0, cell.indexOf('='))) != result(cell))
        .toList();
  }

  private Stream<String> heap() {
    return lines.stream()
        .map(ROW::matcher)
        .filter(Matcher::matches)
        .map(row -> row.group("heap").strip())
        .filter(cell -> !cell.isEmpty());
  }

  private static long result(String cell) {
    return Long.parseLong(cell.substring(cell.indexOf('=') + 1).strip());
  }

  private static long product(String factors) {
    return Arrays.stream(factors.split("x", -1))
        .mapToLong(factor -> Long.parseLong(factor.strip()))
        .reduce(1, Math::multiplyExact);
  }
}
