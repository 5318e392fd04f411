package dev.kmsagent.application;

import dev.kmsagent.domain.FreshnessDecision.Outlook;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.time.TimeSources;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The outcomes of the last reads from KMS, for each query, with the back-off of those that failed,
 * and what the last of all says about every other. Thread-safe; reading it takes no lock.
 */
final class AttemptHistory {
  /** Failures are kept for so many times the secrets of the cache: some are not cached. */
  private static final int SLACK = 2;

  /** After so long without an attempt a failure says nothing any more. */
  private static final Duration MEMORY = Duration.ofHours(1);

  /** In an outage each secret is probed twice a minute at least. */
  private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(30);

  /** Causes for which the read of every secret fails, not only that of one. */
  private static final Set<Unavailable.Cause> OF_ALL =
      EnumSet.of(
          Unavailable.Cause.CIRCUIT_OPEN,
          Unavailable.Cause.THROTTLED,
          Unavailable.Cause.RATE_LIMITED,
          Unavailable.Cause.CREDENTIALS,
          Unavailable.Cause.CLOCK,
          Unavailable.Cause.ACCOUNT);

  private static final Last ANSWERING = new Last(Outlook.ANSWERING, Instant.MAX);

  private final BoundedMap<SecretQuery, Failure> failures;
  private final TimeSources timing;
  private final AtomicReference<Last> last = new AtomicReference<>(ANSWERING);
  private final AtomicReference<Instant> lastAnswerAt = new AtomicReference<>(Instant.MIN);

  /** What the last read says about every query before {@code end}. */
  private record Last(Outlook outlook, Instant end) {
    Outlook outlook(Instant now) {
      return now.isBefore(end) ? outlook : Outlook.ANSWERING;
    }
  }

  /**
   * The last read of one query.
   *
   * @param isDown whether KMS was unavailable; an identity that is refused concerns every query
   */
  private record Failure(boolean isDown, int count, Instant at, Instant retryAt) {}

  /**
   * @param cacheSize how many secrets the cache keeps
   */
  AttemptHistory(TimeSources timing, int cacheSize) {
    this.timing = timing;
    this.failures = new BoundedMap<>(SLACK * cacheSize);
  }

  void succeeded(SecretQuery query, Instant now) {
    last.set(ANSWERING);
    lastAnswerAt.set(now);
    failures.remove(query);
  }

  /** Records a failure and returns the delay before the background may read the secret again. */
  Duration failed(SecretQuery query, NoSecret reason, Instant now) {
    last.set(ofAll(reason, now));
    var count = failures.find(query, now).map(Failure::count).orElse(0) + 1;
    var delay = timing.backoff(count, LONGEST_BACKOFF);
    var isDown = reason instanceof Unavailable;
    failures.put(query, new Failure(isDown, count, now, now.plus(delay)), now.plus(MEMORY));
    return delay;
  }

  /** For every query after the read of one failed; KMS must accept an identity that it refused. */
  private static Last ofAll(NoSecret reason, Instant now) {
    if (reason instanceof IdentityRefused) {
      return new Last(Outlook.IDENTITY_REFUSED, Instant.MAX);
    }
    return reason instanceof Unavailable unavailable && OF_ALL.contains(unavailable.cause())
        ? new Last(Outlook.UNAVAILABLE, now.plus(MEMORY))
        : ANSWERING;
  }

  /** The expected outcome of the next read of {@code query}. */
  Outlook outlook(SecretQuery query, Instant now) {
    var ofAll = last.get().outlook(now);
    return ofAll == Outlook.ANSWERING
            && failures.find(query, now).filter(Failure::isDown).isPresent()
        ? Outlook.UNAVAILABLE
        : ofAll;
  }

  /** Whether the background may read {@code query}: its back-off is over, or KMS answers again. */
  boolean retryDue(SecretQuery query, Instant now) {
    var failure = failures.find(query, now);
    return failure.isEmpty()
        || !now.isBefore(failure.get().retryAt())
        || lastAnswerAt.get().isAfter(failure.get().at());
  }
}
