package dev.kmsagent.config.loading;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Strings that stand for a variable, {@code ${ENV:NAME}}, or a file, {@code ${FILE:/path}}. */
final class References {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{(ENV|FILE):([^}]+)}");
  private static final Pattern FINAL_NEWLINE = Pattern.compile("\\r?\\n\\z");

  private final Map<String, String> environment;
  private final Path workingDirectory;

  References(Map<String, String> environment, Path workingDirectory) {
    this.environment = environment;
    this.workingDirectory = workingDirectory;
  }

  /** What becomes of a raw value. */
  sealed interface Expansion {

    /** It holds no reference. */
    record Plain(Raw raw) implements Expansion {}

    /** It holds one, or several, which are named. */
    record Referenced(Raw raw, String reference) implements Expansion {}

    /** It holds one that leads nowhere. */
    record Broken(String reference, String wrong) implements Expansion {}
  }

  Expansion expand(Raw raw) {
    return switch (raw) {
      case Raw.Text(String content) -> expand(content);
      case Raw.Items(List<Raw> items) -> expandAll(items);
      case Raw.Whole _, Raw.Decimal _, Raw.Flag _, Raw.Other _ -> new Expansion.Plain(raw);
    };
  }

  private Expansion expandAll(List<Raw> items) {
    List<Raw> expanded = new ArrayList<>();
    List<String> references = new ArrayList<>();
    for (Raw item : items) {
      switch (expand(item)) {
        case Expansion.Plain(Raw plain) -> expanded.add(plain);
        case Expansion.Referenced(Raw referenced, String reference) -> {
          expanded.add(referenced);
          references.add(reference);
        }
        case Expansion.Broken broken -> {
          return broken;
        }
      }
    }
    Raw whole = new Raw.Items(List.copyOf(expanded));
    return references.isEmpty()
        ? new Expansion.Plain(whole)
        : new Expansion.Referenced(whole, String.join(", ", references));
  }

  private Expansion expand(String content) {
    Matcher reference = REFERENCE.matcher(content);
    if (!reference.matches()) {
      return content.contains("${ENV:") || content.contains("${FILE:")
          ? new Expansion.Broken(
              "a part of the string", "must be \"${ENV:NAME}\" or \"${FILE:/path}\" as a whole")
          : new Expansion.Plain(new Raw.Text(content));
    }
    return reference.group(1).equals("ENV")
        ? ofVariable(content, reference.group(2))
        : ofFile(content, reference.group(2));
  }

  private Expansion ofVariable(String reference, String name) {
    String text = environment.get(name);
    return text == null
        ? new Expansion.Broken(reference, "refers to a variable that is not set")
        : new Expansion.Referenced(new Raw.Text(text), reference);
  }

  private Expansion ofFile(String reference, String name) {
    return switch (TextFile.read(workingDirectory, name)) {
      case TextFile.Content(String text) ->
          new Expansion.Referenced(
              new Raw.Text(FINAL_NEWLINE.matcher(text).replaceFirst("")), reference);
      case TextFile.Unusable(String why) ->
          new Expansion.Broken(reference, "refers to a file that " + why);
    };
  }
}
