package dev.kmsagent.config.schema;

import java.util.stream.Collectors;

/** Escapes what would end a line or control a terminal. */
public final class OneLine {
  private OneLine() {}

  /** The text with each control, format and separator character as a Unicode escape. */
  public static String of(String text) {
    return text.codePoints()
        .mapToObj(point -> isUnfit(point) ? escaped(point) : Character.toString(point))
        .collect(Collectors.joining());
  }

  private static String escaped(int point) {
    return (Character.isBmpCodePoint(point) ? "\\u%04x" : "\\U%08x").formatted(point);
  }

  private static boolean isUnfit(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }
}
