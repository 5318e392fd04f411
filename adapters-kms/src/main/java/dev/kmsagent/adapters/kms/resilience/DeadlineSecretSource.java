package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.Scheduler;
import dev.kmsagent.domain.port.SecretSource;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Completes every fetch by its deadline, and never exceptionally, whatever the source inside does.
 * Thread-safe.
 */
public final class DeadlineSecretSource implements SecretSource {
  /** The outcome where the deadline passes first. */
  public static final Unavailable TOO_LATE =
      new Unavailable(Unavailable.Cause.DEADLINE, "", "KMS did not answer before the deadline.");

  private final SecretSource inner;
  private final InstantSource clock;
  private final Scheduler scheduler;

  public DeadlineSecretSource(SecretSource inner, InstantSource clock, Scheduler scheduler) {
    this.inner = inner;
    this.clock = clock;
    this.scheduler = scheduler;
  }

  @Override
  public CompletionStage<FetchOutcome> fetch(SecretQuery query, Instant deadline) {
    var left = Duration.between(clock.instant(), deadline);
    if (!left.isPositive()) {
      return CompletableFuture.completedStage(TOO_LATE);
    }
    var answer = new CompletableFuture<FetchOutcome>();
    var timer = scheduler.schedule(left, () -> answer.complete(TOO_LATE));
    Outcomes.observe(
        () -> inner.fetch(query, deadline),
        outcome -> {
          timer.cancel();
          answer.complete(outcome);
        });
    return answer;
  }
}
