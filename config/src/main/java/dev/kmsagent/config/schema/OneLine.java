package dev.kmsagent.config.schema;

import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Escapes what would end a line or control a terminal. */
public final class OneLine {
  private static final Pattern UNFIT = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

  private OneLine() {}

  /** The text with each control, format and separator character as a Unicode escape. */
  public static String of(String text) {
    return UNFIT.matcher(text).replaceAll(OneLine::escaped);
  }

  private static String escaped(MatchResult unfit) {
    var point = unfit.group().codePointAt(0);
    return (Character.isBmpCodePoint(point) ? "\\\\u%04x" : "\\\\U%08x").formatted(point);
  }
}
