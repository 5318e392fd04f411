package dev.kmsagent.adapters.http.dialect;

import com.google.gson.JsonParser;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A well-formed JSON text (RFC 8259), whose members are read as they are written: no digit of a
 * number, no blank and no repeated name is lost. It may hold a secret, so it prints as {@code ***}.
 * Immutable.
 */
public final class JsonText {
  private final String text;

  /** Takes a text that is well-formed: nothing is checked. */
  public JsonText(String text) {
    this.text = text;
  }

  /** A text that is one JSON object and nothing else; any other text is none. */
  public static Optional<JsonText> object(String text) {
    return Json.isObject(text) ? Optional.of(new JsonText(text)) : Optional.empty();
  }

  /** The text as it is, with the blanks around it. */
  public String text() {
    return text;
  }

  /** A string as the text that it means; any other value as it is written. */
  public String plain() {
    var written = text.strip();
    return written.startsWith("\"") ? JsonParser.parseString(written).getAsString() : written;
  }

  public boolean isNull() {
    return text.strip().equals("null");
  }

  /** What {@link #plain} says of a member; empty if there is none. */
  String plain(String name) {
    return member(name).map(JsonText::plain).orElse("");
  }

  /**
   * The last member with this name, with the blanks around its value; empty if there is none, or if
   * this is no object.
   */
  public Optional<JsonText> member(String name) {
    int at = afterBlanks(0);
    return text.charAt(at) == '{' ? member(name, afterBlanks(at + 1)) : Optional.empty();
  }

  private Optional<JsonText> member(String name, int firstName) {
    @Nullable JsonText found = null;
    int at = firstName;
    while (text.charAt(at) != '}') {
      int endOfName = endOfString(at);
      int value = afterBlanks(endOfName) + 1;
      int end = afterBlanks(endOfValue(afterBlanks(value)));
      if (new JsonText(text.substring(at, endOfName)).plain().equals(name)) {
        found = new JsonText(text.substring(value, end));
      }
      at = text.charAt(end) == ',' ? afterBlanks(end + 1) : end;
    }
    return Optional.ofNullable(found);
  }

  private int afterBlanks(int from) {
    int at = from;
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    return at;
  }

  private int endOfValue(int from) {
    int depth = 0;
    int at = from;
    do {
      char c = text.charAt(at);
      depth += c == '{' || c == '[' ? 1 : 0;
      depth -= c == '}' || c == ']' ? 1 : 0;
      at = c == '"' ? endOfString(at) : at + 1;
    } while (depth > 0 || ",}] \t\r\n".indexOf(text.charAt(at)) < 0);
    return at;
  }

  private int endOfString(int from) {
    int at = from + 1;
    while (text.charAt(at) != '"') {
      at += text.charAt(at) == '\\' ? 2 : 1;
    }
    return at + 1;
  }

  @Override
  public String toString() {
    return "***";
  }
}
