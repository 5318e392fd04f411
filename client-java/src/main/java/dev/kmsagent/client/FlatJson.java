package dev.kmsagent.client;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Parses what the agent sends: one JSON object whose members are all texts. Its errors quote
 * nothing of the text.
 */
final class FlatJson {
  private final String text;
  private int at;

  private FlatJson(String text) {
    this.text = text;
  }

  /**
   * The members in their order.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  static Map<String, String> parse(String text) {
    return new FlatJson(text).object();
  }

  private Map<String, String> object() {
    Map<String, String> members = new LinkedHashMap<>();
    expect('{');
    if (next() == '}') {
      at++;
    } else {
      do {
        String name = string();
        expect(':');
        if (members.put(name, string()) != null) {
          throw malformed();
        }
      } while (another());
    }
    skipWhitespace();
    if (at != text.length()) {
      throw malformed();
    }
    return members;
  }

  private boolean another() {
    char found = next();
    at++;
    if (found != ',' && found != '}') {
      throw malformed();
    }
    return found == ',';
  }

  private String string() {
    expect('"');
    StringBuilder characters = new StringBuilder();
    for (char each = character(); each != '"'; each = character()) {
      if (each < ' ') {
        throw malformed();
      }
      characters.append(each == '\\' ? escaped() : each);
    }
    return characters.toString();
  }

  private char escaped() {
    char escape = character();
    if (escape == 'u') {
      return unicode();
    }
    int known = "\"\\/bfnrt".indexOf(escape);
    if (known < 0) {
      throw malformed();
    }
    return "\"\\/\b\f\n\r\t".charAt(known);
  }

  private char unicode() {
    int code = 0;
    for (int digits = 0; digits < 4; digits++) {
      int digit = Character.digit(character(), 16);
      if (digit < 0) {
        throw malformed();
      }
      code = code * 16 + digit;
    }
    return (char) code;
  }

  private void expect(char wanted) {
    if (next() != wanted) {
      throw malformed();
    }
    at++;
  }

  private char next() {
    skipWhitespace();
    char found = character();
    at--;
    return found;
  }

  private void skipWhitespace() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private char character() {
    if (at == text.length()) {
      throw malformed();
    }
    return text.charAt(at++);
  }

  private IllegalArgumentException malformed() {
    return new IllegalArgumentException("no JSON object of texts, at character " + at);
  }
}
