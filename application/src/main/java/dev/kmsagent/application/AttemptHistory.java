package dev.kmsagent.application;

import dev.kmsagent.domain.SecretQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleSupplier;

/**
 * How the last attempts to read went, for each secret and for the agent as a whole: it decides
 * whether a lapsed value is served without waiting, and when the background tries again.
 * Thread-safe; reading takes no lock.
 */
final class AttemptHistory {
  /** More secrets than an agent serves at a time; past it the oldest trouble is forgotten. */
  private static final int BOUND = 10_000;

  /** After so long without an attempt a failure says nothing any more. */
  private static final Duration MEMORY = Duration.ofHours(1);

  /** Soon enough after a hiccup; in an outage one probe a secret in half a minute at most. */
  private static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30));

  private final BoundedMap<SecretQuery, Failure> failures = new BoundedMap<>(BOUND);
  private final DoubleSupplier chance;
  private final AtomicReference<Outlook> lastCall = new AtomicReference<>(Outlook.GOOD);
  private final AtomicReference<Instant> lastGoodAt = new AtomicReference<>(Instant.MIN);

  /** What an attempt came to, seen from here. */
  enum Outlook {
    /** KMS answered, if only to refuse a secret. */
    GOOD,
    /** KMS could not answer. */
    TRANSIENT,
    /** KMS, or STS, does not accept us. */
    IDENTITY
  }

  private record Failure(Outlook kind, int count, Instant at, Instant retryAt) {}

  AttemptHistory(DoubleSupplier chance) {
    this.chance = chance;
  }

  void succeeded(SecretQuery query, Instant now) {
    lastCall.set(Outlook.GOOD);
    lastGoodAt.set(now);
    failures.forget(query);
  }

  /** Notes a failure and tells for how long the background leaves this secret alone. */
  Duration failed(SecretQuery query, Outlook kind, Instant now) {
    lastCall.set(kind);
    var count = failures.recall(query, now).map(Failure::count).orElse(0) + 1;
    var delay = BACKOFF.delay(count, chance.getAsDouble());
    failures.remember(query, new Failure(kind, count, now, now.plus(delay)), now.plus(MEMORY), now);
    return delay;
  }

  /** What the next attempt for {@code query} must be expected to come to. */
  Outlook outlook(SecretQuery query, Instant now) {
    var last = lastCall.get();
    if (last != Outlook.GOOD) {
      return last;
    }
    return failures.recall(query, now).map(Failure::kind).orElse(Outlook.GOOD);
  }

  /** Whether the background may try {@code query} (again): its delay is over, or KMS is back. */
  boolean mayRetry(SecretQuery query, Instant now) {
    Optional<Failure> failure = failures.recall(query, now);
    return failure.isEmpty()
        || !now.isBefore(failure.get().retryAt())
        || lastGoodAt.get().isAfter(failure.get().at());
  }
}
