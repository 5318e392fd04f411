package dev.kmsagent.config.loading;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/** The keys of a TOML text, matched without regard to case. */
final class TomlFile {
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final String name;
  private final Catalogue catalogue;
  private final int firstDoubtfulLine;
  private final Map<ConfigKey<?>, Candidate> candidates = new HashMap<>();
  private final List<Problem> problems = new ArrayList<>();

  private TomlFile(String name, Catalogue catalogue, int firstDoubtfulLine) {
    this.name = name;
    this.catalogue = catalogue;
    this.firstDoubtfulLine = firstDoubtfulLine;
  }

  static Gathered gather(String name, String text, Catalogue catalogue) {
    String toml =
        text.startsWith(BYTE_ORDER_MARK) ? text.substring(BYTE_ORDER_MARK.length()) : text;
    TomlParseResult parsed = Toml.parse(toml);
    TomlFile file =
        new TomlFile(name, catalogue, SyntaxErrors.firstDoubtfulLine(parsed.errors(), toml));
    parsed.errors().forEach(error -> file.problems.add(SyntaxErrors.problem(name, error)));
    file.walk(List.of(), parsed);
    return new Gathered(file.candidates, file.problems, !parsed.hasErrors());
  }

  private void walk(List<String> prefix, TomlTable table) {
    for (Map.Entry<String, Object> entry : table.entrySet()) {
      TomlPosition position = requireNonNull(table.inputPositionOf(List.of(entry.getKey())));
      if (position.line() < firstDoubtfulLine) {
        List<String> path = Stream.concat(prefix.stream(), Stream.of(entry.getKey())).toList();
        visit(path, entry.getValue(), new Origin.Line(name, position.line()));
      }
    }
  }

  private void visit(List<String> path, Object value, Origin origin) {
    String joined = Toml.joinKeyPath(path);
    if (!catalogue.isTable(joined)) {
      entry(joined, value, origin);
    } else if (value instanceof TomlTable inner) {
      walk(path, inner);
    } else {
      problems.add(
          new Problem(origin, joined, "must be a table", raw(value).kind(), "[" + joined + "]"));
    }
  }

  private void entry(String path, Object value, Origin origin) {
    switch (catalogue.byPath(path)) {
      case Catalogue.Entry.Known(ConfigKey<?> key) -> key(key, value, origin);
      case Catalogue.Entry.Unknown(String closest) ->
          problems.add(Problem.unknown(origin, Literal.cut(path), closest));
    }
  }

  private void key(ConfigKey<?> key, Object value, Origin origin) {
    Candidate before = candidates.putIfAbsent(key, new Candidate(raw(value), origin));
    if (before != null) {
      problems.add(
          new Problem(
              origin,
              key.path(),
              "is given twice, first at " + before.origin().describe(),
              "",
              ""));
    }
  }

  private static Raw raw(Object value) {
    return switch (value) {
      case String text -> new Raw.Text(text);
      case Long number -> new Raw.Whole(number);
      case Double number -> new Raw.Decimal(number);
      case Boolean on -> new Raw.Flag(on);
      case TomlArray array -> new Raw.Items(array.toList().stream().map(TomlFile::raw).toList());
      case TomlTable _ -> new Raw.Other("a table");
      default -> new Raw.Other("a date or time");
    };
  }
}
