package dev.kmsagent.config.loading;

import java.util.Locale;
import java.util.stream.IntStream;

/** How much one name looks like another. */
final class Resemblance {
  private Resemblance() {}

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
