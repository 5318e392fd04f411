package dev.kmsagent.config.schema;

/**
 * Where a value, or a problem, comes from.
 *
 * @param place a few words for people
 * @param line the line of the file, counted from 1, beyond all lines where there is none
 * @param reference the {@code ${ENV:..}} or {@code ${FILE:..}} that stands there, or nothing
 */
public record Origin(String place, int line, String reference) {
  /** The agent's own default. */
  public static final Origin BUILT_IN = new Origin("default");

  private Origin(String place) {
    this(place, Integer.MAX_VALUE, "");
  }

  /** A line of the file. */
  public static Origin line(String file, int number) {
    return new Origin(file + ":" + number, number, "");
  }

  /** The file as a whole. */
  public static Origin wholeFile(String file) {
    return new Origin(file);
  }

  /** An environment variable: an override, or the standard variable a key falls back on. */
  public static Origin variable(String name) {
    return new Origin("environment variable " + name);
  }

  /** Worked out from another key. */
  public static Origin derived(String path) {
    return new Origin("derived from " + path);
  }

  /** The same place, where this reference stands. */
  public Origin through(String what) {
    return new Origin(place, line, what);
  }

  /** Whether it is a line of the file. */
  public boolean isLine() {
    return line < Integer.MAX_VALUE;
  }

  /** In a few words, for people. */
  public String describe() {
    return reference.isEmpty() ? place : place + " (" + reference + ")";
  }
}
