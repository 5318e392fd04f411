package dev.kmsagent.config.loading;

import static java.util.stream.Collectors.toMap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** The phrases of a file in the format of gettext, each on one line. */
final class Translation implements UnaryOperator<String> {
  private static final Pattern PHRASE = Pattern.compile("(?m)^msgid \"(.+)\"\\nmsgstr \"(.+)\"$");

  private final Map<String, String> phrases;
  private final Set<String> asked = new TreeSet<>();

  private Translation(Map<String, String> phrases) {
    this.phrases = phrases;
  }

  static Translation read(Path file) throws IOException {
    return new Translation(
        PHRASE
            .matcher(Files.readString(file))
            .results()
            .collect(
                toMap(found -> unescaped(found.group(1)), found -> unescaped(found.group(2)))));
  }

  private static String unescaped(String text) {
    return text.replace("\\\"", "\"");
  }

  @Override
  public String apply(String phrase) {
    asked.add(phrase);
    return phrases.getOrDefault(phrase, phrase);
  }

  /** The phrases of the file. */
  Set<String> known() {
    return phrases.keySet();
  }

  /** The phrases that were to be translated. */
  Set<String> asked() {
    return Set.copyOf(asked);
  }
}
