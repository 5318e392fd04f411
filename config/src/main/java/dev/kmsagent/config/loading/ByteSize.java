package dev.kmsagent.config.loading;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Counts of bytes as people write them: {@code 16 MiB}. */
final class ByteSize {
  private static final Pattern WRITTEN = Pattern.compile("([0-9]{1,9}) ?([KMG])iB");
  private static final String UNITS = "KMG";

  private ByteSize() {}

  static Reading<Long> read(Raw raw) {
    return raw instanceof Raw.Text(String content) ? written(content) : Shapes.number(raw);
  }

  private static Reading<Long> written(String content) {
    Matcher written = WRITTEN.matcher(content);
    if (!written.matches()) {
      return new Reading.Bad<>("is no count of bytes");
    }
    long unit = 1L << (10 * (UNITS.indexOf(written.group(2)) + 1));
    return new Reading.Good<>(Long.parseLong(written.group(1)) * unit);
  }

  /** In the largest unit that divides it. */
  static String shown(long bytes) {
    for (int power = UNITS.length(); power > 0; power--) {
      long unit = 1L << (10 * power);
      if (bytes >= unit && bytes % unit == 0) {
        return bytes / unit + " " + UNITS.charAt(power - 1) + "iB";
      }
    }
    return bytes + " bytes";
  }
}
