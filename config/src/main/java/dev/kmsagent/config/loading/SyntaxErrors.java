package dev.kmsagent.config.loading;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.tomlj.TomlParseError;

/** What the TOML parser says, made fit to be shown. */
final class SyntaxErrors {
  private static final Pattern ASSIGNMENT = Pattern.compile("[^=\\[]+=.*");

  /** What the parser quotes of the file: it may be part of a secret. */
  private static final Pattern QUOTED = Pattern.compile("(?s) '.*'(?=, expected)| '.*'$");

  private SyntaxErrors() {}

  static Problem problem(String file, TomlParseError error) {
    return new Problem(
        new Origin.Line(file, error.position().line()),
        "",
        "not TOML at column " + error.position().column() + ": " + harmless(error),
        "",
        "");
  }

  private static String harmless(TomlParseError error) {
    String message = QUOTED.matcher(String.valueOf(error.getMessage())).replaceAll(" text");
    return message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1);
  }

  /**
   * The first line from which the parser may have taken a key for another table's: a bad value
   * spoils its own key alone, any other error perhaps a table's header.
   */
  static int firstDoubtfulLine(List<TomlParseError> errors, String toml) {
    List<String> lines = List.of(toml.split("\n", -1));
    return errors.stream()
        .mapToInt(error -> error.position().line())
        .filter(line -> line > lines.size() || !ASSIGNMENT.matcher(lines.get(line - 1)).matches())
        .min()
        .orElse(Integer.MAX_VALUE);
  }
}
