package dev.kmsagent.config.loading;

import java.util.Locale;
import org.tomlj.TomlParseError;

/** The parser's complaints, without what they quote of the file: it may be part of a secret. */
final class SyntaxMessage {
  private SyntaxMessage() {}

  static String harmless(TomlParseError error) {
    String message = String.valueOf(error.getMessage()).replaceAll("(?s) '.*'", " text");
    return message.substring(0, 1).toLowerCase(Locale.ROOT)
        + message.substring(1)
        + " (column "
        + error.position().column()
        + ")";
  }
}
