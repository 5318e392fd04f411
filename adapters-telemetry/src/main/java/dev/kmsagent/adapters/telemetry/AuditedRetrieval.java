package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.adapters.telemetry.AuditTrail.Delivery;
import dev.kmsagent.domain.Caller;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import dev.kmsagent.domain.port.out.Scheduler;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Returns a secret only once the audit line of its read was handed to the operating system, and
 * {@code Unavailable} with cause {@code AUDIT} if that fails or the deadline of the request passes.
 * Answers without a secret do not wait for their line. Since every read may have to wait, none can
 * be served without waiting. Thread-safe.
 *
 * @param caller who reads, where each pod has its own role
 */
public record AuditedRetrieval(
    RetrieveSecret retrieval,
    Optional<Caller> caller,
    AuditTrail trail,
    LogLosses losses,
    Scheduler scheduler,
    Duration requestTimeout)
    implements RetrieveSecret {
  private static final Unavailable NOT_AUDITED =
      new Unavailable(Unavailable.Cause.AUDIT, "", "The audit line of the read was not written.");

  @Override
  public Optional<Found> lookUp(SecretQuery query) {
    return Optional.empty();
  }

  @Override
  public Optional<Found> findWithoutWaiting(SecretQuery query) {
    return Optional.empty();
  }

  @Override
  public RetrieveSecret withMaxStale(Duration maxStale) {
    return new AuditedRetrieval(
        retrieval.withMaxStale(maxStale), caller, trail, losses, scheduler, requestTimeout);
  }

  @Override
  public CompletionStage<Retrieval> retrieve(SecretQuery query, ReadMode mode) {
    var late = new CompletableFuture<Retrieval>();
    var deadline = scheduler.schedule(requestTimeout, () -> late.complete(NOT_AUDITED));
    return retrieval
        .retrieve(query, mode)
        .thenCompose(outcome -> audit(query, outcome, late))
        .whenComplete((_, _) -> deadline.cancel());
  }

  private CompletionStage<Retrieval> audit(
      SecretQuery query, Retrieval outcome, CompletionStage<Retrieval> late) {
    var delivery = AuditEvents.write(trail, query, outcome, caller);
    return outcome instanceof NoSecret
        ? CompletableFuture.completedStage(outcome)
        : delivery
            .thenApply(delivered -> ifWritten(delivered, outcome))
            .applyToEither(late.thenApply(this::countLate), Function.identity());
  }

  private static Retrieval ifWritten(Delivery delivery, Retrieval outcome) {
    return switch (delivery) {
      case WRITTEN -> outcome;
      case LOST -> NOT_AUDITED;
    };
  }

  private Retrieval countLate(Retrieval notAudited) {
    losses.count(LogLosses.Kind.AUDIT, LogLosses.Reason.DEADLINE);
    return notAudited;
  }
}
