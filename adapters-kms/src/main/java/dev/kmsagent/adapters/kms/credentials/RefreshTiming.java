package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.domain.Clocks;
import dev.kmsagent.domain.port.Scheduler;
import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * When keys are refreshed, with the time sources for it.
 *
 * @param chance random numbers from 0 (inclusive) to 1 (exclusive); called by many threads
 */
public record RefreshTiming(Clocks clocks, Scheduler scheduler, DoubleSupplier chance) {
  private static final double EARLIEST_REFRESH = 0.5;
  private static final double LATEST_REFRESH = 0.8;

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration USUAL_MAX_PAUSE = Duration.ofMinutes(1);
  private static final Duration MAX_PAUSE = Duration.ofMinutes(10);
  private static final int PARTS_OF_LIFE = 10;

  /** The time until a key is refreshed that ends after {@code life}. */
  Duration untilRefresh(Duration life) {
    return part(life, EARLIEST_REFRESH, LATEST_REFRESH);
  }

  /**
   * The pause after failures in a row, at least one: exponential back-off from 1 s to 60 s with
   * equal jitter. An agent whose key stays usable for long waits up to a tenth of that time, so
   * that agents without a key get through first, and no longer than the key stays usable.
   *
   * @param usableFor how long the present key can be used; zero or less if it cannot
   */
  Duration pauseAfter(int failures, Duration usableFor) {
    var max = usableFor.isPositive() ? maxWhileUsable(usableFor) : USUAL_MAX_PAUSE;
    return part(shorter(doubled(failures - 1), max), 0.5, 1.0);
  }

  private static Duration doubled(int times) {
    return FIRST_PAUSE.multipliedBy(1L << Math.min(times, Integer.SIZE));
  }

  private static Duration maxWhileUsable(Duration usableFor) {
    var max = shorter(longer(usableFor.dividedBy(PARTS_OF_LIFE), USUAL_MAX_PAUSE), MAX_PAUSE);
    return longer(shorter(max, usableFor), FIRST_PAUSE);
  }

  /** A random part of {@code whole}, between the ratios {@code low} and {@code high}. */
  private Duration part(Duration whole, double low, double high) {
    var ratio = low + (high - low) * chance.getAsDouble();
    return Duration.ofMillis((long) (whole.toMillis() * ratio));
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }
}
