package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.out.SecretSource;
import dev.kmsagent.domain.time.TimeSources;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Repeats calls that failed transiently, if the next attempt can begin before the deadline. The
 * pauses grow exponentially with full jitter, so that agents that failed together do not come back
 * together. Thread-safe.
 *
 * @param maxAttempts for one read, the first included
 */
public record RetryingSecretSource(SecretSource inner, int maxAttempts, TimeSources timing)
    implements SecretSource {
  /** The bound on the first pause; it doubles with each further one. */
  static final Duration FIRST_PAUSE = Duration.ofMillis(100);

  /**
   * The bound on every pause. After throttling it is the bound at once, and the jitter takes half
   * of it at most: KMS's quota is per second, and an earlier call is throttled again.
   */
  static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  @Override
  public CompletionStage<FetchOutcome> fetch(SecretQuery query, Instant deadline) {
    var attempts = new Attempts(query, deadline);
    attempts.make(Optional.empty());
    return attempts.answer;
  }

  private static boolean isWorthRetrying(FetchOutcome outcome) {
    return outcome instanceof Unavailable unavailable && isWorthRetrying(unavailable.cause());
  }

  /** Credentials have back-off of their own. */
  private static boolean isWorthRetrying(Cause cause) {
    return switch (cause) {
      case UNREACHABLE, TIMEOUT, TLS, SERVER_ERROR, UNREADABLE, THROTTLED, CLOCK -> true;
      case ACCOUNT,
          CREDENTIALS,
          CIRCUIT_OPEN,
          BULKHEAD_FULL,
          RATE_LIMITED,
          NO_NEWER_VERSION,
          DEADLINE,
          AUDIT ->
          false;
    };
  }

  private static boolean is(FetchOutcome outcome, Cause cause) {
    return outcome instanceof Unavailable unavailable && unavailable.cause() == cause;
  }

  /** The pause after the attempt {@code number}, counted from 1, that ended in {@code outcome}. */
  private Duration pause(int number, FetchOutcome outcome) {
    var longest = LONGEST_PAUSE.toMillis();
    return Duration.ofMillis(
        is(outcome, Cause.THROTTLED)
            ? longest / 2 + upTo(longest / 2)
            : upTo(Math.min(FIRST_PAUSE.toMillis() << (number - 1), longest)));
  }

  private long upTo(long bound) {
    return (long) (timing.chance().getAsDouble() * (bound + 1));
  }

  /** The attempts of one fetch, one after the other. */
  private final class Attempts {
    private final SecretQuery query;
    private final Instant deadline;
    private final CompletableFuture<FetchOutcome> answer = new CompletableFuture<>();
    private int made;

    Attempts(SecretQuery query, Instant deadline) {
      this.query = query;
      this.deadline = deadline;
    }

    /**
     * Makes an attempt. Where a limit of our own refuses another one, what KMS said {@code before}
     * is the answer.
     */
    void make(Optional<FetchOutcome> before) {
      made++;
      var begun = timing.now();
      Outcomes.observe(
          () -> inner.fetch(query, deadline),
          outcome -> judge(outcome, told(outcome, before, begun)));
    }

    private static FetchOutcome told(
        FetchOutcome outcome, Optional<FetchOutcome> before, Instant begun) {
      if (before.isEmpty()) {
        return outcome;
      }
      return isLimited(outcome) ? before.get() : dated(outcome, begun);
    }

    /** What KMS returned after failures is no older than the call that returned it. */
    private static FetchOutcome dated(FetchOutcome outcome, Instant begun) {
      return outcome instanceof Fetched(var secret, _)
          ? new Fetched(secret, Optional.of(begun))
          : outcome;
    }

    private void judge(FetchOutcome outcome, FetchOutcome told) {
      if (made < maxAttempts && isWorthRetrying(outcome)) {
        var pause = pause(made, outcome);
        if (timing.now().plus(pause).isBefore(deadline)) {
          timing.scheduler().schedule(pause, () -> make(Optional.of(outcome)));
          return;
        }
      }
      answer.complete(told);
    }

    private static boolean isLimited(FetchOutcome outcome) {
      return is(outcome, Cause.RATE_LIMITED) || is(outcome, Cause.BULKHEAD_FULL);
    }
  }
}
