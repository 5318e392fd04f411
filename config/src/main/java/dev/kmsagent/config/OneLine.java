package dev.kmsagent.config;

import java.util.stream.Collectors;

/** Escapes text from outside, so that it can neither end a line nor control a terminal. */
public final class OneLine {
  private OneLine() {}

  /** {@code text} with control characters and line separators as Unicode escapes. */
  public static String of(String text) {
    return text.codePoints()
        .mapToObj(c -> isControl(c) ? String.format("\\u%04x", c) : Character.toString(c))
        .collect(Collectors.joining());
  }

  private static boolean isControl(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.FORMAT ->
          true;
      default -> false;
    };
  }
}
