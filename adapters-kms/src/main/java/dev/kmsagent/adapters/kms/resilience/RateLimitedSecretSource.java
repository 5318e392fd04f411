package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.adapters.kms.resilience.CallRate.Purpose;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.SecretSource;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
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

  /** More secrets than an agent serves; past it, it forgets which it knew. */
  private static final int MOST_KNOWN = 10_000;

  private final SecretSource inner;
  private final CallRate rate;
  private final Set<SecretQuery> known = ConcurrentHashMap.newKeySet();

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
    var begun = rate.begin(known.contains(query) ? Purpose.READ_AGAIN : Purpose.FIRST_READ);
    return begun.isPresent()
        ? InnerCall.follow(inner, query, deadline, end -> note(query, end, begun.getAsLong()))
        : CompletableFuture.completedStage(USED_UP);
  }

  private void note(SecretQuery query, FetchOutcome outcome, long begunAt) {
    switch (outcome) {
      case Fetched _ -> know(query);
      case Unavailable unavailable when unavailable.cause() == Unavailable.Cause.THROTTLED ->
          rate.throttled(begunAt);
      case Refused _, IdentityRefused _, Unavailable _ -> {}
    }
  }

  private void know(SecretQuery query) {
    if (known.size() >= MOST_KNOWN) {
      known.clear();
    }
    known.add(query);
  }
}
