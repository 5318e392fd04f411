package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.adapters.kms.resilience.CallRate.Purpose;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.time.TimeSources;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Limits the calls per second, to fewer after KMS throttled; a call beyond the limit fails at once.
 * It belongs inside the retries, since KMS's quota counts every attempt. Thread-safe.
 */
public final class RateLimitedCalls implements KmsCalls {
  private static final Unavailable USED_UP =
      new Unavailable(
          Unavailable.Cause.RATE_LIMITED,
          "",
          "No call to KMS is left for the moment: KMS throttled the agent, or KMS.MaxCallsPerSecond"
              + " is reached.");

  /** More secrets than an agent serves. */
  public static final int MOST_KNOWN = 10_000;

  private final KmsCalls inner;
  private final CallRate rate;
  private final int mostKnown;

  /** The hashes of the queries that were answered: where two are the same, nothing much is lost. */
  private final Set<Integer> known;

  /**
   * @param maxCallsPerSecond 0: no bound until KMS throttles
   * @param mostKnown beyond so many secrets that were read, all are first reads again
   */
  public RateLimitedCalls(
      KmsCalls inner, int maxCallsPerSecond, int mostKnown, TimeSources timing) {
    this(inner, new CallRate(maxCallsPerSecond, timing), mostKnown, ConcurrentHashMap.newKeySet());
  }

  private RateLimitedCalls(KmsCalls inner, CallRate rate, int mostKnown, Set<Integer> known) {
    this.inner = inner;
    this.rate = rate;
    this.mostKnown = mostKnown;
    this.known = known;
  }

  /** Other calls under the same limit. */
  RateLimitedCalls over(KmsCalls other) {
    return new RateLimitedCalls(other, rate, mostKnown, known);
  }

  @Override
  public CompletionStage<FetchOutcome> call(
      SecretQuery query, SigningKey signingKey, Instant deadline) {
    var begun =
        rate.begin(known.contains(query.hashCode()) ? Purpose.READ_AGAIN : Purpose.FIRST_READ);
    return begun.isPresent()
        ? Outcomes.observe(
            () -> inner.call(query, signingKey, deadline),
            outcome -> note(query, outcome, begun.getAsLong()))
        : CompletableFuture.completedStage(USED_UP);
  }

  private void note(SecretQuery query, FetchOutcome outcome, long begunAt) {
    if (outcome instanceof Fetched) {
      know(query);
    } else if (outcome instanceof Unavailable unavailable
        && unavailable.cause() == Unavailable.Cause.THROTTLED) {
      rate.throttled(begunAt);
    }
  }

  private void know(SecretQuery query) {
    if (known.size() >= mostKnown) {
      known.clear();
    }
    known.add(query.hashCode());
  }
}
