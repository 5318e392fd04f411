package dev.kmsagent.config.toml;

import static java.util.Objects.requireNonNull;

import dev.kmsagent.config.schema.Origin;
import dev.kmsagent.config.schema.Problem;
import dev.kmsagent.config.schema.TomlValue;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlTable;

/**
 * A TOML text without mistakes of syntax.
 *
 * @param name that messages call it by
 */
public record TomlText(String name, TomlTable root, TomlLines lines) {
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  /** What tomlj quotes of the text in its messages: it may be part of a secret. */
  private static final Pattern QUOTED = Pattern.compile("(?s) '.*'(?=, expected)| '.*'$");

  private static final Pattern DEFINED_AGAIN =
      Pattern.compile("(.+) previously defined at line ([0-9]+), .*");
  private static final String VALUES = "text in quotes, a number, true, false, or a list in []";

  /** What one of the functions makes of a text, or of what is wrong with its syntax. */
  public static <R> R parse(
      String name, String text, Function<TomlText, R> ifGood, Function<List<Problem>, R> ifBroken) {
    var toml = text.startsWith(BYTE_ORDER_MARK) ? text.substring(BYTE_ORDER_MARK.length()) : text;
    var lines = TomlLines.withContent(toml);
    var parsed = read(lines.text());
    if (parsed.isEmpty() || parsed.get().hasErrors()) {
      lines = TomlLines.all(toml);
      parsed = read(toml);
    }
    if (parsed.isEmpty()) {
      return ifBroken.apply(
          List.of(new Problem(Origin.wholeFile(name), "the file", "is not TOML")));
    }
    return parsed.get().hasErrors()
        ? ifBroken.apply(parsed.get().errors().stream().map(it -> problem(name, it)).toList())
        : ifGood.apply(new TomlText(name, parsed.get(), lines));
  }

  /** Empty where tomlj 2.2.0 fails on a broken text, for example on an inline table without end. */
  private static Optional<TomlParseResult> read(String toml) {
    try {
      return Optional.of(Toml.parse(toml));
    } catch (RuntimeException bug) {
      return Optional.empty();
    }
  }

  private static Problem problem(String name, TomlParseError error) {
    var origin = Origin.line(name, error.position().line());
    var message = QUOTED.matcher(String.valueOf(error.getMessage())).replaceAll(" text");
    var again = DEFINED_AGAIN.matcher(message);
    if (again.matches()) {
      return new Problem(origin, again.group(1), "is defined again, after line " + again.group(2));
    }
    return new Problem(
        origin,
        "",
        "not TOML at column %d: %s"
            .formatted(
                error.position().column(),
                message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1)),
        "",
        message.endsWith("expected a value") ? VALUES : "");
  }

  /** Where a member of a table stands. */
  public Origin originOf(TomlTable table, String member) {
    var position = requireNonNull(table.inputPositionOf(List.of(member)));
    return Origin.line(name, lines.numberOf(position.line()));
  }

  /** A value of tomlj. */
  public static TomlValue valueOf(Object value) {
    if (value instanceof String text) {
      return new TomlValue.Text(text);
    }
    if (value instanceof Long number) {
      return new TomlValue.Whole(number);
    }
    if (value instanceof Double number) {
      return new TomlValue.Decimal(number);
    }
    if (value instanceof Boolean on) {
      return new TomlValue.Flag(on);
    }
    if (value instanceof TomlArray array) {
      return new TomlValue.Items(array.toList().stream().map(TomlText::valueOf).toList());
    }
    return new TomlValue.Other(value instanceof TomlTable ? "a table" : "a date or time");
  }
}
