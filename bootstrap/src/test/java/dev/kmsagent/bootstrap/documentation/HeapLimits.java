package dev.kmsagent.bootstrap.documentation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The table of the page on limits: in its second column constants of the code, each with its value;
 * in its third the bytes on the heap, a number, a product with its result, or nothing.
 */
record HeapLimits(List<String> lines) {
  private static final Pattern CONSTANT = Pattern.compile("`(\\w+)\\.([A-Z_]+)` = (\\d+)");
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

  /** The constants that the code does not have, or with another value. */
  List<String> outdated(Map<String, List<Path>> sources) {
    return lines.stream()
        .flatMap(line -> CONSTANT.matcher(line).results())
        .filter(
            constant ->
                sources.getOrDefault(constant.group(1), List.of()).stream()
                    .map(HeapLimits::read)
                    .noneMatch(code -> value(constant.group(2), code).equals(constant.group(3))))
        .map(constant -> constant.group(0))
        .toList();
  }

  /** The value of a constant whose declaration is a sum, product or shift of whole numbers. */
  private static String value(String name, String code) {
    var declared = Pattern.compile("\\b" + name + " =\\s+([^;]+);").matcher(code);
    return declared.find() ? Long.toString(evaluate(declared.group(1), code)) : "";
  }

  private static long evaluate(String expression, String code) {
    if (expression.contains("*")) {
      return Arrays.stream(expression.split("\\*", -1))
          .mapToLong(factor -> evaluate(factor, code))
          .reduce(1, Math::multiplyExact);
    }
    if (expression.contains("<<")) {
      var parts = expression.split("<<", -1);
      return evaluate(parts[0], code) << evaluate(parts[1], code);
    }
    var number = expression.strip().replace("_", "").replaceFirst("L$", "");
    return number.matches("\\d+")
        ? Long.parseLong(number)
        : Long.parseLong(value(expression.strip(), code));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
