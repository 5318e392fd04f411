package dev.kmsagent.bootstrap.logging;

import java.util.stream.Collectors;

/** Text from outside made fit for one line of a log: it can neither end the line nor colour it. */
final class OneLine {
  private OneLine() {}

  /** {@code text} with each control character and line separator as a Unicode escape. */
  static String of(String text) {
    return text.codePoints()
        .mapToObj(c -> isUnfit(c) ? String.format("\\u%04x", c) : Character.toString(c))
        .collect(Collectors.joining());
  }

  private static boolean isUnfit(int codePoint) {
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
