package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.Fetched;
import dev.kmsagent.domain.IdentityRefused;
import dev.kmsagent.domain.Refused;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Unavailable;
import dev.kmsagent.domain.port.SecretSource;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;

/**
 * Bounds how many calls are made in a second, and by less after KMS throttled; one too many is
 * turned away at once. Thread-safe. It belongs inside the retries: KMS's quota, which it protects,
 * counts every attempt.
 */
public final class RateLimitedSecretSource implements SecretSource {
  private static final Unavailable USED_UP =
      new Unavailable(
          Unavailable.Cause.RATE_LIMITED,
          "",
          "No call to KMS is left for the moment: KMS throttled the agent, or KMS.MaxCallsPerSecond"
              + " is reached.");

  private final SecretSource inner;
  private final CallRate rate;

  /**
   * @param maxCallsPerSecond 0: no bound until KMS throttles
   */
  public RateLimitedSecretSource(
      SecretSource inner, int maxCallsPerSecond, InstantSource clock, RandomGenerator random) {
    this.inner = inner;
    this.rate = new CallRate(maxCallsPerSecond, clock, random);
  }

  @Override
  public CompletionStage<FetchOutcome> fetch(SecretQuery query, Instant deadline) {
    var begun = rate.begin();
    return begun.isPresent()
        ? InnerCall.follow(inner, query, deadline, outcome -> note(outcome, begun.getAsLong()))
        : CompletableFuture.completedStage(USED_UP);
  }

  private void note(FetchOutcome outcome, long begunAt) {
    switch (outcome) {
      case Unavailable unavailable when unavailable.cause() == Unavailable.Cause.THROTTLED ->
          rate.throttled(begunAt);
      case Fetched _, Refused _, IdentityRefused _, Unavailable _ -> {}
    }
  }
}
