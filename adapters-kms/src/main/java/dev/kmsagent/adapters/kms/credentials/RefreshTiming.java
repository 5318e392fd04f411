package dev.kmsagent.adapters.kms.credentials;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/**
 * When keys are refreshed.
 *
 * @param chance random numbers from 0 (inclusive) to 1 (exclusive); called by many threads
 */
public record RefreshTiming(DoubleSupplier chance) {
  private static final double EARLIEST_REFRESH = 0.5;
  private static final double LATEST_REFRESH = 0.8;

  private static final long FIRST_PAUSE_MILLIS = TimeUnit.SECONDS.toMillis(1);
  private static final long USUAL_MAX_PAUSE_MILLIS = TimeUnit.MINUTES.toMillis(1);
  private static final long MAX_PAUSE_MILLIS = TimeUnit.MINUTES.toMillis(10);
  private static final int PARTS_OF_LIFE = 10;

  /** The time until a key is refreshed that ends after {@code life}. */
  public Duration untilRefresh(Duration life) {
    return part(life.toMillis(), EARLIEST_REFRESH, LATEST_REFRESH);
  }

  /**
   * The pause after failures in a row, at least one: exponential back-off from 1 s to 60 s with
   * equal jitter. An agent whose key stays usable for long waits up to a tenth of that time, so
   * that agents without a key get through first, and no longer than the key stays usable.
   *
   * @param usableFor how long the present key can be used; zero or less if it cannot
   */
  public Duration pauseAfter(int failures, Duration usableFor) {
    // The time of a key without end has more milliseconds than a long holds, and is cut.
    var usableMillis = TimeUnit.MILLISECONDS.convert(usableFor);
    var max = usableFor.isPositive() ? maxWhileUsable(usableMillis) : USUAL_MAX_PAUSE_MILLIS;
    var doubled = FIRST_PAUSE_MILLIS << Math.min(failures - 1, Integer.SIZE);
    return part(Math.min(doubled, max), 0.5, 1.0);
  }

  private static long maxWhileUsable(long usableMillis) {
    var max = Math.clamp(usableMillis / PARTS_OF_LIFE, USUAL_MAX_PAUSE_MILLIS, MAX_PAUSE_MILLIS);
    return Math.max(Math.min(max, usableMillis), FIRST_PAUSE_MILLIS);
  }

  /** A random part of {@code millis}, between the ratios {@code low} and {@code high}. */
  private Duration part(long millis, double low, double high) {
    var ratio = low + (high - low) * chance.getAsDouble();
    return Duration.ofMillis((long) (millis * ratio));
  }
}
