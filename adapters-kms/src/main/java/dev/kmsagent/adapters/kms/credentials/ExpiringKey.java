package dev.kmsagent.adapters.kms.credentials;

import java.time.Duration;
import java.time.Instant;

/**
 * A key with its end.
 *
 * @param end its true end; {@code Instant.MAX} for a key without end
 * @param usableUntil a little before its end, since a call takes time and clocks differ
 */
record ExpiringKey(SigningKey signingKey, Instant end, Instant usableUntil) {
  private static final Duration MAX_MARGIN = Duration.ofMinutes(1);
  private static final int MARGIN_DIVISOR = 10;

  /** From here on the margin is the longest. */
  private static final Duration LONG_LIFE = Duration.ofMinutes(10);

  /** No key: one that was never usable. */
  static final ExpiringKey NONE =
      new ExpiringKey(SigningKey.longLived("none", "none"), Instant.EPOCH, Instant.EPOCH);

  /** A key that was issued at {@code now}. */
  static ExpiringKey issued(Instant now, SigningKey signingKey, Instant end) {
    var isLasting = end.equals(Instant.MAX);
    var usableUntil = isLasting ? end : end.minus(margin(Duration.between(now, end)));
    return new ExpiringKey(signingKey, end, usableUntil);
  }

  private static Duration margin(Duration life) {
    return life.compareTo(LONG_LIFE) < 0 ? life.dividedBy(MARGIN_DIVISOR) : MAX_MARGIN;
  }

  boolean isUsableAt(Instant now) {
    return now.isBefore(usableUntil);
  }

  boolean isLasting() {
    return end.equals(Instant.MAX);
  }
}
