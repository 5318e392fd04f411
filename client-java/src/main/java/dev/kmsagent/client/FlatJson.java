package dev.kmsagent.client;

import java.util.HashMap;
import java.util.Map;

/** Parses one JSON object that has members, all of them texts. Its errors quote none of it. */
final class FlatJson {
  private static final String ESCAPES = "\"\\/bfnrt";
  private static final String ESCAPED = "\"\\/\b\f\n\r\t";

  private final String text;
  private int at;

  private FlatJson(String text) {
    this.text = text;
  }

  /**
   * The members.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  static Map<String, String> parse(String text) {
    try {
      return new FlatJson(text.trim()).object();
    } catch (IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("the JSON ends too soon", e);
    }
  }

  private Map<String, String> object() {
    Map<String, String> members = new HashMap<>();
    for (char before = take("{"); before != '}'; before = take(",}")) {
      String name = string();
      take(":");
      check(members.put(name, string()) == null);
    }
    check(at == text.length());
    return members;
  }

  private String string() {
    take("\"");
    StringBuilder characters = new StringBuilder();
    for (char each = next(); each != '"'; each = next()) {
      check(each >= ' ');
      characters.append(each == '\\' ? escaped() : each);
    }
    return characters.toString();
  }

  private char escaped() {
    char escape = next();
    if (escape == 'u') {
      String digits = text.substring(at, at + 4);
      check(digits.matches("[0-9a-fA-F]{4}"));
      at += 4;
      return (char) Integer.parseInt(digits, 16);
    }
    int known = ESCAPES.indexOf(escape);
    check(known >= 0);
    return ESCAPED.charAt(known);
  }

  private char take(String wanted) {
    char found = next();
    while (" \t\r\n".indexOf(found) >= 0) {
      found = next();
    }
    check(wanted.indexOf(found) >= 0);
    return found;
  }

  private char next() {
    return text.charAt(at++);
  }

  private void check(boolean wellFormed) {
    if (!wellFormed) {
      throw new IllegalArgumentException("it is no JSON object of texts, at character " + at);
    }
  }
}
