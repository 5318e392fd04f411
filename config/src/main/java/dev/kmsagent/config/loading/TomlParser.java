package dev.kmsagent.config.loading;

import static java.util.Objects.requireNonNull;

import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Origin;
import dev.kmsagent.config.schema.Problem;
import dev.kmsagent.config.schema.Schema;
import dev.kmsagent.config.schema.TomlValue;
import dev.kmsagent.config.schema.ValueType.Parsed;
import dev.kmsagent.config.schema.Values.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlTable;

/** Parses a TOML text; names of tables and keys are matched in any case. */
final class TomlParser {
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  /** What tomlj quotes of the file in its messages: it may be part of a secret. */
  private static final Pattern QUOTED = Pattern.compile("(?s) '.*'(?=, expected)| '.*'$");

  private static final Pattern DEFINED_AGAIN =
      Pattern.compile("(.+) previously defined at line ([0-9]+), .*");
  private static final String VALUES = "text in quotes, a number, true, false, or a list in []";

  private final String name;
  private final Schema schema;
  private final TomlLines lines;
  private final Map<String, Value<TomlValue>> candidates = new HashMap<>();
  private final List<Problem> problems = new ArrayList<>();

  private TomlParser(String name, Schema schema, TomlLines lines) {
    this.name = name;
    this.schema = schema;
    this.lines = lines;
  }

  /** The values of a text, under the name that messages call it by; none from a broken text. */
  static SourceValues parse(String name, String text, Schema schema) {
    var toml = text.startsWith(BYTE_ORDER_MARK) ? text.substring(BYTE_ORDER_MARK.length()) : text;
    var lines = TomlLines.withContent(toml);
    return read(lines.text())
        .filter(parsed -> !parsed.hasErrors())
        .map(parsed -> values(name, lines, parsed, schema))
        .or(() -> read(toml).map(parsed -> values(name, TomlLines.all(toml), parsed, schema)))
        .orElseGet(
            () ->
                SourceValues.unreadable(
                    List.of(new Problem(Origin.wholeFile(name), "the file", "is not TOML"))));
  }

  /** Empty where tomlj 2.2.0 fails on a broken file, for example on an inline table without end. */
  private static Optional<TomlParseResult> read(String toml) {
    try {
      return Optional.of(Toml.parse(toml));
    } catch (RuntimeException bug) {
      return Optional.empty();
    }
  }

  private static SourceValues values(
      String name, TomlLines lines, TomlParseResult parsed, Schema schema) {
    if (parsed.hasErrors()) {
      return SourceValues.unreadable(
          parsed.errors().stream().map(error -> syntaxProblem(name, error)).toList());
    }
    var parser = new TomlParser(name, schema, lines);
    parser.walk(List.of(), parsed);
    return new SourceValues(parser.candidates, parser.problems, true);
  }

  private static Problem syntaxProblem(String name, TomlParseError error) {
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

  private void walk(List<String> prefix, TomlTable table) {
    for (var entry : table.entrySet()) {
      var position = requireNonNull(table.inputPositionOf(List.of(entry.getKey())));
      var path = Stream.concat(prefix.stream(), Stream.of(entry.getKey())).toList();
      visit(path, entry.getValue(), Origin.line(name, lines.numberOf(position.line())));
    }
  }

  private void visit(List<String> path, Object value, Origin origin) {
    var joined = Toml.joinKeyPath(path);
    if (!schema.isTable(joined)) {
      entry(joined, value, origin);
    } else if (value instanceof TomlTable inner) {
      walk(path, inner);
    } else {
      problems.add(
          new Problem(
              origin, joined, "must be a table", tomlValue(value).kind(), "[" + joined + "]"));
    }
  }

  private void entry(String path, Object value, Origin origin) {
    var known = schema.byPath(path);
    if (known instanceof Parsed.Valid<ConfigKey<?>>(var key)) {
      key(key, value, origin);
    } else if (known instanceof Parsed.Invalid<ConfigKey<?>>(var wrong)) {
      problems.add(new Problem(origin, TomlValue.cut(path), wrong));
    }
  }

  private void key(ConfigKey<?> key, Object value, Origin origin) {
    var before = candidates.putIfAbsent(key.path(), new Value<>(tomlValue(value), origin));
    if (before != null) {
      problems.add(
          new Problem(
              origin, key.path(), "is given twice, first at " + before.origin().describe()));
    }
  }

  private static TomlValue tomlValue(Object value) {
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
      return new TomlValue.Items(array.toList().stream().map(TomlParser::tomlValue).toList());
    }
    return new TomlValue.Other(value instanceof TomlTable ? "a table" : "a date or time");
  }
}
