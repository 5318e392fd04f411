package dev.kmsagent.config.loading;

import static java.util.Objects.requireNonNull;

import dev.kmsagent.config.schema.ConfigKey;
import java.util.List;
import java.util.Properties;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** What the reference says of a key, in the words that the file and the page share. */
final class ReferenceText {
  private static final Properties TEXTS = TestFiles.properties("keys.properties");

  private ReferenceText() {}

  /** The table that the key stands in. */
  static String tableOf(ConfigKey<?> key) {
    return key.path().substring(0, key.path().lastIndexOf('.'));
  }

  /** The key within its table. */
  static String nameOf(ConfigKey<?> key) {
    return key.path().substring(key.path().lastIndexOf('.') + 1);
  }

  /** Whether the official agent has it too. */
  static boolean isOfficial(ConfigKey<?> key) {
    return !textsOf(key)[0].startsWith("* ");
  }

  static String meaningOf(ConfigKey<?> key) {
    return textsOf(key)[0].replaceFirst("^[*] ", "");
  }

  /** Who sets the key, and when. */
  static String useOf(ConfigKey<?> key) {
    return textsOf(key)[1];
  }

  /** The default in the notation of TOML, or a value for one that has none. */
  static String exampleOf(ConfigKey<?> key) {
    return hasDefault(key) ? key.absent().otherwise() : textsOf(key)[2];
  }

  private static String[] textsOf(ConfigKey<?> key) {
    return requireNonNull(TEXTS.getProperty(key.path()), key.path()).split(" [|] ", 3);
  }

  /** The value without the key, in the notation of Markdown and in this language. */
  static String defaultOf(ConfigKey<?> key, UnaryOperator<String> language) {
    var absent = key.absent();
    return hasDefault(key)
        ? "`" + absent.otherwise() + "`"
        : first(absent.variables(), language) + language.apply(absent.otherwise());
  }

  private static String first(List<String> variables, UnaryOperator<String> language) {
    return variables.stream()
        .map(name -> language.apply("`%s`, else ").formatted(name))
        .collect(Collectors.joining());
  }

  /** Whether the key has a value that is always the same to fall back on. */
  static boolean hasDefault(ConfigKey<?> key) {
    return textsOf(key).length < 3;
  }

  /** What the key means and which values it allows, in sentences. */
  static String sentences(ConfigKey<?> key) {
    return "%s. Allowed: %s."
        .formatted(capitalised(meaningOf(key)), key.type().allowed().describe());
  }

  static String capitalised(String phrase) {
    return phrase.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + phrase.substring(1);
  }
}
