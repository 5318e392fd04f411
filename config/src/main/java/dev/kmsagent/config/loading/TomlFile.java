package dev.kmsagent.config.loading;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/** The keys of a TOML text, matched without regard to case. */
final class TomlFile {
  private final String name;
  private final Catalogue catalogue;
  private final Map<ConfigKey<?>, Candidate> candidates = new HashMap<>();
  private final Map<String, Integer> lines = new HashMap<>();
  private final List<Problem> problems = new ArrayList<>();

  private TomlFile(String name, Catalogue catalogue) {
    this.name = name;
    this.catalogue = catalogue;
  }

  static Gathered gather(String name, String toml, Catalogue catalogue) {
    TomlFile file = new TomlFile(name, catalogue);
    TomlParseResult parsed = Toml.parse(toml);
    parsed.errors().forEach(file::syntax);
    if (!parsed.hasErrors()) {
      file.walk("", parsed);
    }
    return new Gathered(file.candidates, file.problems, !parsed.hasErrors());
  }

  private void syntax(TomlParseError error) {
    Origin origin = new Origin.Line(name, error.position().line());
    problems.add(new Problem(origin, "", SyntaxMessage.harmless(error), "", ""));
  }

  private void walk(String prefix, TomlTable table) {
    for (Map.Entry<String, Object> entry : table.entrySet()) {
      TomlPosition position = table.inputPositionOf(List.of(entry.getKey()));
      visit(prefix + entry.getKey(), entry.getValue(), requireNonNull(position).line());
    }
  }

  private void visit(String path, Object value, int line) {
    Origin origin = new Origin.Line(name, line);
    Integer before = lines.putIfAbsent(path.toLowerCase(Locale.ROOT), line);
    if (before != null) {
      problems.add(new Problem(origin, path, "is given twice, first on line " + before, "", ""));
    }
    if (catalogue.isTable(path)) {
      table(path, value, origin);
    } else {
      key(path, value, origin);
    }
  }

  private void table(String path, Object value, Origin origin) {
    if (value instanceof TomlTable inner) {
      walk(path + ".", inner);
    } else {
      problems.add(
          new Problem(origin, path, "must be a table", raw(value).kind(), "[" + path + "]"));
    }
  }

  private void key(String path, Object value, Origin origin) {
    switch (catalogue.byPath(path)) {
      case Catalogue.Entry.Built(ConfigKey<?> key) ->
          candidates.putIfAbsent(key, new Candidate(raw(value), origin));
      case Catalogue.Entry.Later(String later) ->
          problems.add(new Problem(origin, later, "is not in this build", "", ""));
      case Catalogue.Entry.Unknown(String closest) ->
          problems.add(
              new Problem(origin, path, "is not known; the closest known is " + closest, "", ""));
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
