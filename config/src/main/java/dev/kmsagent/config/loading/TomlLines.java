package dev.kmsagent.config.loading;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Lines of a TOML text.
 *
 * @param numbers the number that each of them has in the whole text
 */
record TomlLines(String text, List<Integer> numbers) {
  private static final Pattern WITHOUT_CONTENT = Pattern.compile("[ \\t]*(#[\\t\\P{Cntrl}]*)?\\r?");

  /** All lines. */
  static TomlLines all(String toml) {
    return those(toml, _ -> true);
  }

  /**
   * The lines without those of white space or a comment. tomlj 2.2.0 looks ahead for each of these,
   * which takes a millisecond for one, and a second for some hundreds in a row. They are all there
   * if the text may have a string of several lines.
   */
  static TomlLines withContent(String toml) {
    return toml.contains("\"\"\"") || toml.contains("'''")
        ? all(toml)
        : those(toml, line -> !WITHOUT_CONTENT.matcher(line).matches());
  }

  private static TomlLines those(String toml, Predicate<String> isIncluded) {
    var all = List.of(toml.split("\n", -1));
    var included =
        IntStream.range(0, all.size()).filter(i -> isIncluded.test(all.get(i))).boxed().toList();
    return new TomlLines(
        included.stream().map(all::get).collect(joining("\n")),
        included.stream().map(index -> index + 1).toList());
  }

  /** The number in the whole text of a line of {@code text}. */
  int numberOf(int line) {
    return numbers.get(line - 1);
  }
}
