package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.domain.port.Scheduler;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.DoubleSupplier;

/**
 * Time and chance, for renewing keys.
 *
 * @param chance random numbers from 0 (inclusive) to 1 (exclusive); called by many threads
 */
public record RefreshTiming(InstantSource clock, Scheduler scheduler, DoubleSupplier chance) {
  /** A random part of {@code whole}, between the ratios {@code low} and {@code high}. */
  Duration part(Duration whole, double low, double high) {
    var ratio = low + (high - low) * chance.getAsDouble();
    return Duration.ofMillis((long) (whole.toMillis() * ratio));
  }
}
