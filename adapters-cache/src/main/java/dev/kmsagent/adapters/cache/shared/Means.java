package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.time.TimeSources;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;

/**
 * What a shared cache runs on: time, threads, randomness, and the receiver of events.
 *
 * @param executor for writes
 */
public record Means(
    TimeSources timing, Executor executor, SecureRandom random, AgentEvents events) {
  /** The time by the agent's clock. */
  Instant now() {
    return timing.now();
  }

  /**
   * The middle of the time to {@code deadline}: until then a caller waits for the store, whose own
   * timeouts may add up, so that it can still read from KMS afterwards.
   */
  Instant half(Instant deadline) {
    var now = now();
    return now.plus(Duration.between(now, deadline).dividedBy(2));
  }
}
