package dev.kmsagent.config.loading;

import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Origin;
import dev.kmsagent.config.schema.Problem;
import dev.kmsagent.config.schema.Schema;
import dev.kmsagent.config.schema.TomlValue;
import dev.kmsagent.config.schema.Values.Value;
import dev.kmsagent.config.toml.TomlText;
import dev.kmsagent.domain.Parsed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.tomlj.Toml;
import org.tomlj.TomlTable;

/** Parses a TOML text; names of tables and keys are matched in any case. */
final class TomlParser {
  private final TomlText text;
  private final Schema schema;
  private final Map<String, Value<TomlValue>> candidates = new HashMap<>();
  private final List<Problem> problems = new ArrayList<>();

  private TomlParser(TomlText text, Schema schema) {
    this.text = text;
    this.schema = schema;
  }

  /** The values of a text, under the name that messages call it by; none from a broken text. */
  static SourceValues parse(String name, String text, Schema schema) {
    return TomlText.parse(
        name, text, toml -> new TomlParser(toml, schema).values(), SourceValues::unreadable);
  }

  private SourceValues values() {
    walk(List.of(), text.root());
    return new SourceValues(candidates, problems, true);
  }

  private void walk(List<String> prefix, TomlTable table) {
    for (var entry : table.entrySet()) {
      var path = Stream.concat(prefix.stream(), Stream.of(entry.getKey())).toList();
      visit(path, entry.getValue(), text.originOf(table, entry.getKey()));
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
              origin,
              joined,
              "must be a table",
              TomlText.valueOf(value).kind(),
              "[" + joined + "]"));
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
    var before = candidates.putIfAbsent(key.path(), new Value<>(TomlText.valueOf(value), origin));
    if (before != null) {
      problems.add(
          new Problem(
              origin, key.path(), "is given twice, first at " + before.origin().describe()));
    }
  }
}
