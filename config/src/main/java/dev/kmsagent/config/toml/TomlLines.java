package dev.kmsagent.config.toml;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Lines of a TOML text.
 *
 * @param numbers the number that each of them has in the whole text
 */
public record TomlLines(String text, List<Integer> numbers) {
  private static final Pattern WITHOUT_CONTENT = Pattern.compile("[ \\t]*(#[\\t\\P{Cntrl}]*)?");

  /** All lines. */
  static TomlLines all(String toml) {
    var count = toml.split("\n", -1).length;
    return new TomlLines(toml, IntStream.rangeClosed(1, count).boxed().toList());
  }

  /**
   * The lines without those of white space or a comment. tomlj 2.2.0 looks ahead for each of these,
   * which takes a millisecond for one, and a second for some hundreds in a row. They are all there
   * if the text may have a string of several lines.
   */
  public static TomlLines withContent(String toml) {
    if (toml.contains("\"\"\"") || toml.contains("'''")) {
      return all(toml);
    }
    var lines = List.of(toml.split("\r?\n", -1));
    var numbers =
        IntStream.rangeClosed(1, lines.size())
            .filter(number -> !WITHOUT_CONTENT.matcher(lines.get(number - 1)).matches())
            .boxed()
            .toList();
    return new TomlLines(
        numbers.stream().map(number -> lines.get(number - 1)).collect(joining("\n")), numbers);
  }

  /** The number in the whole text of a line of {@code text}. */
  int numberOf(int line) {
    return numbers.get(line - 1);
  }
}
