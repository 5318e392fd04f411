package dev.kmsagent.adapters.telemetry.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.kmsagent.domain.Sha256;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A place in the chain of audit lines: how many there were, and the SHA-256 of the last one,
 * without its newline, in hexadecimal digits. Each line begins with its number and the digest of
 * the line before it.
 */
record AuditChain(long sequence, String digest) {
  /** Before the first line. */
  static final AuditChain EMPTY = new AuditChain(0, "0".repeat(64));

  private static final Pattern BEGIN =
      Pattern.compile(
          "\\{\"sequence\":([1-9][0-9]{0,17}),\"previous\":\"([0-9a-f]{64})\","
              + "\"time\":\"([-0-9T:.Z]{20,30})\",\"event\":\"([a-z_]{1,30})\"");

  /** Longer than the beginning of any line. */
  private static final int LONGEST_BEGIN = 220;

  /** What each line begins with: its place is behind {@code before}. */
  record Begin(AuditChain before, String time, String event) {
    /** Empty if this is no line of a chain. */
    static Optional<Begin> of(byte[] line) {
      var begin =
          BEGIN.matcher(new String(line, 0, Math.min(line.length, LONGEST_BEGIN), US_ASCII));
      return begin.lookingAt()
          ? Optional.of(
              new Begin(
                  new AuditChain(Long.parseLong(begin.group(1)) - 1, begin.group(2)),
                  begin.group(3),
                  begin.group(4)))
          : Optional.empty();
    }

    long sequence() {
      return before.sequence + 1;
    }
  }

  /** The line that follows with the fields of this JSON object, which has one at least. */
  byte[] link(byte[] object) {
    var begin =
        ("{\"sequence\":" + (sequence + 1) + ",\"previous\":\"" + digest + "\",")
            .getBytes(US_ASCII);
    var line = Arrays.copyOf(begin, begin.length + object.length - 1);
    System.arraycopy(object, 1, line, begin.length, object.length - 1);
    return line;
  }

  /** The place behind this one, with this line, which has no newline. */
  AuditChain then(byte[] line) {
    return new AuditChain(sequence + 1, Sha256.hex(line));
  }

  boolean isBehind(AuditChain other) {
    return sequence > other.sequence;
  }

  /** How many lines there are behind {@code earlier} up to here; 0 if it is not earlier. */
  long linesAfter(AuditChain earlier) {
    return Math.max(0, sequence - earlier.sequence);
  }
}
