package dev.kmsagent.config.loading;

import java.util.Comparator;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** How much one name looks like another. */
final class Resemblance {
  /** What it costs to take a name for one of the same sound in another table. */
  private static final int OTHER_TABLE = 5;

  private Resemblance() {}

  /** The known name that a mistaken one was most likely meant to be. */
  static String closest(String mistaken, Stream<String> known) {
    return known
        .min(Comparator.comparingInt(candidate -> unlikeness(mistaken, candidate)))
        .orElseThrow();
  }

  private static int unlikeness(String mistaken, String candidate) {
    int elsewhere = OTHER_TABLE + distance(lastPart(mistaken), lastPart(candidate));
    return Math.min(distance(mistaken, candidate), elsewhere);
  }

  private static String lastPart(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  /** The edit distance of Levenshtein, whatever the case. */
  static int distance(String one, String other) {
    String from = one.toLowerCase(Locale.ROOT);
    String to = other.toLowerCase(Locale.ROOT);
    int[] row = IntStream.rangeClosed(0, to.length()).toArray();
    for (int i = 0; i < from.length(); i++) {
      row = nextRow(row, from.charAt(i), to);
    }
    return row[to.length()];
  }

  private static int[] nextRow(int[] above, char letter, String to) {
    int[] row = new int[above.length];
    row[0] = above[0] + 1;
    for (int j = 0; j < to.length(); j++) {
      int replaced = above[j] + (letter == to.charAt(j) ? 0 : 1);
      row[j + 1] = Math.min(replaced, Math.min(above[j + 1], row[j]) + 1);
    }
    return row;
  }
}
