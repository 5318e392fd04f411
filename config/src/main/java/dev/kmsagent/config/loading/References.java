package dev.kmsagent.config.loading;

import dev.kmsagent.config.TextFile;
import dev.kmsagent.config.schema.TomlValue;
import dev.kmsagent.domain.Parsed;
import dev.kmsagent.domain.Parsed.Invalid;
import dev.kmsagent.domain.Parsed.Valid;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Expands strings that refer to a variable, {@code ${ENV:NAME}}, or a file, {@code ${FILE:/path}}.
 */
record References(Map<String, String> environment, Path workingDirectory) {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{(ENV|FILE):([^}]+)}");
  private static final Pattern LIKE_REFERENCE = Pattern.compile("(?i)\\$\\{(ENV|FILE):");
  private static final Pattern FINAL_NEWLINE = Pattern.compile("\\r?\\n\\z");

  /** A value with the references that it holds, if any, expanded. */
  record Expanded(TomlValue value, List<String> references) {}

  /**
   * Expands a value. A secret, or a text for others, may contain what a shell would expand; in any
   * other value it is a mistake.
   */
  Parsed<Expanded> expand(TomlValue value, boolean secret) {
    if (value instanceof TomlValue.Text(var content)) {
      return expand(content, secret);
    }
    return value instanceof TomlValue.Items(var items)
        ? expandAll(items, secret)
        : new Valid<>(new Expanded(value, List.of()));
  }

  private Parsed<Expanded> expandAll(List<TomlValue> items, boolean secret) {
    var values = new ArrayList<TomlValue>();
    var references = new ArrayList<String>();
    for (var item : items) {
      var expansion = expand(item, secret);
      if (!(expansion instanceof Valid<Expanded>(Expanded(var content, var names)))) {
        return expansion;
      }
      values.add(content);
      references.addAll(names);
    }
    return new Valid<>(new Expanded(new TomlValue.Items(List.copyOf(values)), references));
  }

  private Parsed<Expanded> expand(String content, boolean secret) {
    var reference = REFERENCE.matcher(content);
    if (!reference.matches()) {
      return LIKE_REFERENCE.matcher(content).find() || (!secret && content.contains("${"))
          ? broken(
              "must be \"${ENV:NAME}\" or \"${FILE:/path}\" as a whole, in these letters",
              secret ? "a part of the string" : content)
          : new Valid<>(new Expanded(new TomlValue.Text(content), List.of()));
    }
    return reference.group(1).equals("ENV")
        ? ofVariable(content, reference.group(2))
        : ofFile(content, reference.group(2));
  }

  private Parsed<Expanded> ofVariable(String reference, String name) {
    var text = environment.get(name);
    return text == null
        ? broken("refers to a variable that is not set", reference)
        : expanded(text, reference);
  }

  private Parsed<Expanded> ofFile(String reference, String name) {
    return TextFile.read(workingDirectory, name)
        .fold(
            text -> expanded(FINAL_NEWLINE.matcher(text).replaceFirst(""), reference),
            why -> broken("refers to a file that " + why, reference));
  }

  private static Parsed<Expanded> expanded(String text, String reference) {
    return new Valid<>(new Expanded(new TomlValue.Text(text), List.of(reference)));
  }

  private static Parsed<Expanded> broken(String wrong, String reference) {
    return new Invalid<>(wrong + "; found " + reference);
  }
}
