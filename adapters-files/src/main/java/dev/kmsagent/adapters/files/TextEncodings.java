package dev.kmsagent.adapters.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.stream.Collectors.joining;

import java.net.URLEncoder;
import java.util.Optional;

/** Writes values so that programs read them back unchanged. */
final class TextEncodings {
  private static final String BACKSLASH = "\\";
  private static final String QUOTE = "'";

  private TextEncodings() {}

  /** A key or a value for {@code java.util.Properties}, in ASCII. */
  static String properties(String text) {
    return escaped(text, "\\ =:#!");
  }

  /** A JSON string with its quotes (RFC 8259), in ASCII. */
  static String json(String text) {
    return '"' + escaped(text, "\\\"") + '"';
  }

  private static String escaped(String text, String special) {
    return text.chars().mapToObj(each -> escaped(each, special)).collect(joining());
  }

  private static String escaped(int character, String special) {
    if (character < ' ' || character > '~') {
      return "\\u%04x".formatted(character);
    }
    return (special.indexOf(character) < 0 ? "" : BACKSLASH) + (char) character;
  }

  /** Bytes as RFC 3986 encodes what is none of its unreserved characters. */
  static String url(byte[] bytes) {
    return URLEncoder.encode(new String(bytes, ISO_8859_1), ISO_8859_1)
        .replace("+", "%20")
        .replace("*", "%2A")
        .replace("%7E", "~");
  }

  /** A word of sh, of a text without NUL. */
  static String shell(String text) {
    return QUOTE + text.replace(QUOTE, "'\\''") + QUOTE;
  }

  /**
   * A value that sh and the {@code EnvironmentFile=} of systemd, from version 239 on, read alike;
   * empty if there is none. Versions of systemd differ in what a backslash between quotes means,
   * and an escaped newline is none.
   */
  static Optional<String> env(String text) {
    var hasBackslash = text.contains(BACKSLASH);
    if (text.codePoints().anyMatch(TextEncodings::isForbidden)
        || (hasBackslash && text.contains("\n"))) {
      return Optional.empty();
    }
    return Optional.of(
        hasBackslash
            ? text.replaceAll("[\\p{ASCII}&&[^A-Za-z0-9_]]", "\\\\$0")
            : QUOTE + text.replace(QUOTE, "'\"'\"'") + QUOTE);
  }

  /**
   * What systemd refuses in a value: control characters, some up to version 246, and noncharacters.
   */
  private static boolean isForbidden(int point) {
    return (point < ' ' && point != '\t' && point != '\n')
        || point == 0x7F
        || (point >= 0xFDD0 && point <= 0xFDEF)
        || (point & 0xFFFE) == 0xFFFE;
  }
}
