package dev.kmsagent.application;

import dev.kmsagent.domain.FreshnessDecision.Outlook;
import dev.kmsagent.domain.SecretQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleSupplier;

/**
 * The outcomes of the last reads from KMS, for each query and for the agent as a whole, with the
 * back-off of those that failed. Thread-safe; reading it takes no lock.
 */
final class AttemptHistory {
  /** More secrets than an agent serves; past it, failures are forgotten. */
  private static final int BOUND = 10_000;

  /** After so long without an attempt a failure says nothing any more. */
  private static final Duration MEMORY = Duration.ofHours(1);

  /** Soon enough after a hiccup; in an outage one probe a secret in half a minute at most. */
  private static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30));

  private final BoundedMap<SecretQuery, Failure> failures = new BoundedMap<>(BOUND);
  private final DoubleSupplier chance;
  private final AtomicReference<Outlook> lastOutcome = new AtomicReference<>(Outlook.ANSWERING);
  private final AtomicReference<Instant> lastAnswerAt = new AtomicReference<>(Instant.MIN);

  private record Failure(Outlook outlook, int count, Instant at, Instant retryAt) {}

  AttemptHistory(DoubleSupplier chance) {
    this.chance = chance;
  }

  void succeeded(SecretQuery query, Instant now) {
    lastOutcome.set(Outlook.ANSWERING);
    lastAnswerAt.set(now);
    failures.remove(query);
  }

  /** Records a failure and returns the delay before the background may read the secret again. */
  Duration failed(SecretQuery query, Outlook outlook, Instant now) {
    lastOutcome.set(outlook);
    var count = failures.find(query, now).map(Failure::count).orElse(0) + 1;
    var delay = BACKOFF.delay(count, chance.getAsDouble());
    failures.put(query, new Failure(outlook, count, now, now.plus(delay)), now.plus(MEMORY), now);
    return delay;
  }

  /** The expected outcome of the next read of {@code query}. */
  Outlook outlook(SecretQuery query, Instant now) {
    var last = lastOutcome.get();
    if (last != Outlook.ANSWERING) {
      return last;
    }
    return failures.find(query, now).map(Failure::outlook).orElse(Outlook.ANSWERING);
  }

  /** Whether the background may read {@code query}: its back-off is over, or KMS answers again. */
  boolean retryDue(SecretQuery query, Instant now) {
    Optional<Failure> failure = failures.find(query, now);
    return failure.isEmpty()
        || !now.isBefore(failure.get().retryAt())
        || lastAnswerAt.get().isAfter(failure.get().at());
  }
}
