package dev.kmsagent.adapters.kms.credentials;

import java.time.Duration;

/**
 * How long to leave the issuer alone after failures in a row: 1 s doubling to 60 s, at random down
 * to half of it. Who holds a key that stays good for long waits up to a tenth of that time, so that
 * agents without one get through first; and no longer than it stays good.
 */
final class RetryPause {
  private static final Duration LEAST = Duration.ofSeconds(1);
  private static final Duration USUAL_MOST = Duration.ofMinutes(1);
  private static final Duration MOST = Duration.ofMinutes(10);
  private static final int MOST_DOUBLINGS = 10;
  private static final int PARTS_OF_LIFE = 10;

  private final RefreshTiming timing;

  RetryPause(RefreshTiming timing) {
    this.timing = timing;
  }

  /**
   * The pause after so many {@code failures}, at least one.
   *
   * @param goodFor how long calls can go on with the key that is held; nothing if they cannot
   */
  Duration after(int failures, Duration goodFor) {
    var doubled = LEAST.multipliedBy(1L << Math.min(failures - 1, MOST_DOUBLINGS));
    var most = goodFor.isPositive() ? mostWhileGood(goodFor) : USUAL_MOST;
    return timing.part(shorter(doubled, most), 0.5, 1.0);
  }

  private static Duration mostWhileGood(Duration goodFor) {
    var most = shorter(longer(goodFor.dividedBy(PARTS_OF_LIFE), USUAL_MOST), MOST);
    return longer(shorter(most, goodFor), LEAST);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }
}
