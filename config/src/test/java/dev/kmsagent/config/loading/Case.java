package dev.kmsagent.config.loading;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
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
 * </ul>
 *
 * An indented line continues the one before it. A case without problems loads.
 */
record Case(String title, Attempt attempt, List<String> problems, List<String> settings) {
  private static final Pattern PLACE = Pattern.compile("\\{(\\d)}");
  private static final Map<String, Map<String, String>> VARIABLES =
      Map.of("POD", KeySample.RRSA, "PODS", KeySample.PODS, "REDIS", KeySample.REDIS);

  /** The cases of a file. */
  static Stream<Case> in(String file) {
    return Stream.of(file.split("(?m)^## ", -1))
        .skip(1)
        .map(block -> block.strip().replace("\n    ", " "))
        .map(block -> block.replace("NEW_KEY", KeySample.NEW_KEY))
        .map(block -> block.replace("OLD_KEY", KeySample.OLD_KEY))
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
            .takeWhile(line -> !line.matches("[$*!>].*"))
            .collect(Collectors.joining("\n"));
    var attempt = Attempt.inHangzhou(toml).in(TestFiles.path("."));
    for (var variable : lines(block, "$")) {
      attempt = with(attempt, variable);
    }
    return new Case(title, attempt, lines(block, "!"), lines(block, ">"));
  }

  private static Attempt with(Attempt attempt, String line) {
    if (line.startsWith("-")) {
      var name = line.substring(1);
      return attempt.without(VARIABLES.getOrDefault(name, Map.of(name, "")).keySet());
    }
    if (line.contains("=")) {
      var parts = line.split("=", 2);
      return attempt.with(parts[0], parts[1]);
    }
    return line.isEmpty() ? attempt : attempt.with(requireNonNull(VARIABLES.get(line), line));
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
