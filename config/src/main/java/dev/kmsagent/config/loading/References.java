package dev.kmsagent.config.loading;

import dev.kmsagent.config.schema.TomlValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Expands strings that refer to a variable, {@code ${ENV:NAME}}, or a file, {@code ${FILE:/path}}.
 */
final class References {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{(ENV|FILE):([^}]+)}");
  private static final Pattern LIKE_REFERENCE = Pattern.compile("(?i)\\$\\{(ENV|FILE):");
  private static final Pattern FINAL_NEWLINE = Pattern.compile("\\r?\\n\\z");

  private final Map<String, String> environment;
  private final Path workingDirectory;

  References(Map<String, String> environment, Path workingDirectory) {
    this.environment = environment;
    this.workingDirectory = workingDirectory;
  }

  /** The result of expanding a value. */
  sealed interface Expansion {
    /** What one of the functions makes of it. */
    default <R> R fold(Function<Expanded, R> ifExpanded, Function<Broken, R> ifBroken) {
      return this instanceof Expanded expanded
          ? ifExpanded.apply(expanded)
          : ifBroken.apply((Broken) this);
    }

    /** The value with the references that it holds, if any, expanded. */
    record Expanded(TomlValue value, List<String> references) implements Expansion {}

    /** It holds a reference that cannot be resolved. */
    record Broken(String reference, String wrong) implements Expansion {}
  }

  /**
   * Expands a value. A secret may contain what a shell would expand; in any other value it is a
   * mistake.
   */
  Expansion expand(TomlValue value, boolean secret) {
    if (value instanceof TomlValue.Text(var content)) {
      return expand(content, secret);
    }
    return value instanceof TomlValue.Items(var items)
        ? expandAll(items, secret)
        : new Expansion.Expanded(value, List.of());
  }

  private Expansion expandAll(List<TomlValue> items, boolean secret) {
    var values = new ArrayList<TomlValue>();
    var references = new ArrayList<String>();
    for (var item : items) {
      var expansion = expand(item, secret);
      if (!(expansion instanceof Expansion.Expanded(var content, var names))) {
        return expansion;
      }
      values.add(content);
      references.addAll(names);
    }
    return new Expansion.Expanded(new TomlValue.Items(List.copyOf(values)), references);
  }

  private Expansion expand(String content, boolean secret) {
    var reference = REFERENCE.matcher(content);
    if (!reference.matches()) {
      return LIKE_REFERENCE.matcher(content).find() || (!secret && content.contains("${"))
          ? new Expansion.Broken(
              secret ? "a part of the string" : content,
              "must be \"${ENV:NAME}\" or \"${FILE:/path}\" as a whole, in these letters")
          : new Expansion.Expanded(new TomlValue.Text(content), List.of());
    }
    return reference.group(1).equals("ENV")
        ? ofVariable(content, reference.group(2))
        : ofFile(content, reference.group(2));
  }

  private Expansion ofVariable(String reference, String name) {
    var text = environment.get(name);
    return text == null
        ? new Expansion.Broken(reference, "refers to a variable that is not set")
        : expanded(text, reference);
  }

  private Expansion ofFile(String reference, String name) {
    return TextFile.read(workingDirectory, name)
        .fold(
            text -> expanded(FINAL_NEWLINE.matcher(text).replaceFirst(""), reference),
            why -> new Expansion.Broken(reference, "refers to a file that " + why));
  }

  private static Expansion expanded(String text, String reference) {
    return new Expansion.Expanded(new TomlValue.Text(text), List.of(reference));
  }
}
