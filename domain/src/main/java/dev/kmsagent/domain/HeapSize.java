package dev.kmsagent.domain;

/** What values take on the heap of a JVM, by the layout of objects with compressed references. */
final class HeapSize {
  /** A string, the header of its array, and the padding of that. */
  private static final int STRING = 24 + 16 + 7;

  private HeapSize() {}

  /** The bytes of a text, which takes two for each character unless all are of ISO 8859-1. */
  static int of(String text) {
    var isLatin = text.chars().allMatch(character -> character < 256);
    return STRING + (isLatin ? text.length() : text.length() * Character.BYTES);
  }
}
