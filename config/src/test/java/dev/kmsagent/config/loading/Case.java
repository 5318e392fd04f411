package dev.kmsagent.config.loading;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A configuration with what comes of it, as the files in the folder {@code cases} describe them.
 * After a title, {@code ## TITLE}, stand the lines of the file, and then lines that begin so:
 *
 * <ul>
 *   <li>{@code $} {@code VARIABLE=VALUE}, or the name of several variables; {@code -} takes them
 *       away. The region is always set, to cn-hangzhou.
 *   <li>{@code *} columns, separated by {@code |}: the case is repeated for each such line, with
 *       the columns in the places of <code>{1}</code>, <code>{2}</code>, ..
 *   <li>{@code !} a problem, in order; where it ends with {@code ...}, the beginning of one
 *   <li>{@code >} a setting and where it comes from; its end may be missing
 *   <li>{@code =} a part of the configuration as its records print it
 * </ul>
 *
 * An indented line continues the one before it. A case without problems loads.
 */
record Case(
    String title,
    Attempt attempt,
    List<String> problems,
    List<String> settings,
    List<String> records) {
  private static final Pattern PLACE = Pattern.compile("\\{(\\d)}");

  /** The cases of a file. */
  static Stream<Case> in(String file) {
    return Stream.of(file.split("(?m)^## ", -1))
        .skip(1)
        .map(block -> block.strip().replace("\n    ", " "))
        .map(KeySample::filled)
        .flatMap(Case::rows);
  }

  private static Stream<Case> rows(String block) {
    var rows = lines(block, "*");
    return rows.isEmpty() ? Stream.of(of(block)) : rows.stream().map(row -> of(filled(block, row)));
  }

  private static String filled(String block, String row) {
    var columns = List.of(row.split("\\s*\\|\\s*", -1));
    return PLACE
        .matcher(block)
        .replaceAll(place -> Matcher.quoteReplacement(column(columns, place)));
  }

  private static String column(List<String> columns, MatchResult place) {
    int number = Integer.parseInt(place.group(1));
    return number > columns.size() ? "" : columns.get(number - 1).translateEscapes();
  }

  private static Case of(String block) {
    var title = block.lines().findFirst().orElseThrow();
    var toml =
        block
            .lines()
            .skip(1)
            .takeWhile(line -> !line.matches("[$*!>=].*"))
            .collect(Collectors.joining("\n"));
    var attempt = Attempt.inHangzhou(toml).in(TestFiles.path("."));
    for (var variable : lines(block, "$")) {
      attempt = attempt.given(variable);
    }
    return new Case(title, attempt, lines(block, "!"), lines(block, ">"), lines(block, "="));
  }

  /** The rests of the lines that begin so. */
  private static List<String> lines(String block, String sign) {
    return block
        .lines()
        .filter(line -> line.startsWith(sign))
        .map(line -> line.substring(1).stripLeading())
        .toList();
  }
}
