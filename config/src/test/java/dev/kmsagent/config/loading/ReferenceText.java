package dev.kmsagent.config.loading;

import static java.util.Objects.requireNonNull;

import dev.kmsagent.config.schema.ConfigKey;
import java.util.List;
import java.util.Properties;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** What the reference says of a key, in the words that the file and the page share. */
final class ReferenceText {
  private static final Properties USES = TestFiles.properties("uses.properties");

  private ReferenceText() {}

  /** Who sets the key, and when. */
  static String useOf(ConfigKey<?> key) {
    return requireNonNull(USES.getProperty(key.path()), key.path());
  }

  /** The value without the key, in the notation of Markdown. */
  static String defaultOf(ConfigKey<?> key) {
    return defaultOf(key, UnaryOperator.identity());
  }

  /** The same in another language. */
  static String defaultOf(ConfigKey<?> key, UnaryOperator<String> language) {
    var absent = key.absent();
    return absent.isFixed()
        ? "`" + absent.otherwise() + "`"
        : first(absent.variables(), language) + language.apply(absent.otherwise());
  }

  private static String first(List<String> variables, UnaryOperator<String> language) {
    return variables.stream()
        .map(name -> language.apply("`%s`, else ").formatted(name))
        .collect(Collectors.joining());
  }

  /** Whether the key has a value of its own to fall back on. */
  static boolean hasDefault(ConfigKey<?> key) {
    return key.absent().isFixed();
  }

  /** What the key means and which values it allows, in sentences. */
  static String sentences(ConfigKey<?> key) {
    return "%s. Allowed: %s."
        .formatted(capitalised(key.meaning()), key.type().allowed().describe());
  }

  static String capitalised(String phrase) {
    return phrase.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + phrase.substring(1);
  }
}
