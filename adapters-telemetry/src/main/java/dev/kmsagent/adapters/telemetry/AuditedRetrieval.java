package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.adapters.telemetry.AuditTrail.Delivery;
import dev.kmsagent.adapters.telemetry.LogLosses.Kind;
import dev.kmsagent.domain.Caller;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Requester;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.Revision;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.event.ReadEvent.SecretRead;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.time.TimeSources;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Writes an audit line for each read. Where lines are required it returns a secret only once the
 * line of its read was handed to the operating system, and {@code Unavailable} with cause {@code
 * AUDIT} if that fails, or takes until the deadline of the request and for a second. From then on
 * it writes a line of its own every few seconds, since no read may come, until one is written in
 * time. Answers without a secret do not wait for their line. Since every read may have to wait,
 * none can be served without waiting. Thread-safe.
 *
 * @param events receives each read, with what became of it, where lines are required
 */
public record AuditedRetrieval(
    boolean required,
    AuditTrail trail,
    LogLosses losses,
    AgentEvents events,
    TimeSources timing,
    Duration requestTimeout) {
  private static final Duration PROBE_INTERVAL = Duration.ofSeconds(5);

  /** For the line, where the retrieval took the time of the request: slow is KMS, not the log. */
  private static final Duration SHORTEST_WAIT = Duration.ofSeconds(1);

  private static final String SECRET_READ = "secret_read";

  private static final Unavailable NOT_AUDITED =
      new Unavailable(Unavailable.Cause.AUDIT, "", "The audit line of the read was not written.");

  /** For the retrieval that is audited: the events without its reads, whose end it cannot tell. */
  public static AgentEvents withoutReads(AgentEvents events) {
    return event -> {
      if (!(event instanceof SecretRead)) {
        events.publish(event);
      }
    };
  }

  /**
   * What {@code retrieval} returns, audited.
   *
   * @param caller who reads, where each pod has its own role
   */
  public RetrieveSecret of(RetrieveSecret retrieval, Optional<Caller> caller) {
    return new Reader(this, retrieval, caller, Optional.empty());
  }

  /** Knows who reads: which pod, where each has its own role, and with which request. */
  private record Reader(
      AuditedRetrieval audit,
      RetrieveSecret retrieval,
      Optional<Caller> caller,
      Optional<Requester> requester)
      implements RetrieveSecret {
    @Override
    public RetrieveSecret by(Requester other) {
      return new Reader(audit, retrieval, caller, Optional.of(other));
    }

    @Override
    public Optional<Found> lookUp(SecretQuery query) {
      return audit.required ? Optional.empty() : audited(query, retrieval.lookUp(query));
    }

    @Override
    public Optional<Found> findWithoutWaiting(SecretQuery query) {
      return audit.required
          ? Optional.empty()
          : audited(query, retrieval.findWithoutWaiting(query));
    }

    private Optional<Found> audited(SecretQuery query, Optional<Found> found) {
      if (found.isPresent()) {
        var _ = write(SECRET_READ, query, found.get());
      }
      return found;
    }

    @Override
    public RetrieveSecret withMaxStale(Duration maxStale) {
      return new Reader(audit, retrieval.withMaxStale(maxStale), caller, requester);
    }

    @Override
    public CompletionStage<Retrieval> retrieve(SecretQuery query, ReadMode mode) {
      return audited(query, () -> retrieval.retrieve(query, mode));
    }

    @Override
    public CompletionStage<Retrieval> retrieveOther(SecretQuery query, Set<VersionId> rejected) {
      return audited(query, () -> retrieval.retrieveOther(query, rejected));
    }

    private CompletionStage<Retrieval> audited(
        SecretQuery query, Supplier<CompletionStage<Retrieval>> read) {
      if (!audit.required) {
        return read.get()
            .thenApply(
                outcome -> {
                  var _ = write(SECRET_READ, query, outcome);
                  return outcome;
                });
      }
      var start = audit.timing.now();
      return read.get()
          .thenCompose(outcome -> ifWritten(query, outcome, start))
          .thenApply(outcome -> report(query, outcome, start));
    }

    @Override
    public CompletionStage<?> awaitChange(SecretQuery query, Revision known, Instant deadline) {
      return retrieval.awaitChange(query, known, deadline);
    }

    private Retrieval report(SecretQuery query, Retrieval outcome, Instant start) {
      var took = Duration.between(start, audit.timing.now());
      audit.events.publish(new SecretRead(query, outcome, took, caller));
      return outcome;
    }

    private CompletionStage<Delivery> write(String event, SecretQuery query, Retrieval outcome) {
      var fields = new AuditFields();
      fields.line().query(query).caller(caller);
      requester.ifPresent(fields::requester);
      return audit.trail.write(Kind.AUDIT, event, fields.of(outcome, audit.timing.now()));
    }

    private CompletionStage<Retrieval> ifWritten(
        SecretQuery query, Retrieval outcome, Instant start) {
      var line = write(SECRET_READ, query, outcome).toCompletableFuture();
      var soonest = audit.timing.now().plus(SHORTEST_WAIT);
      var end = Collections.max(List.of(start.plus(audit.requestTimeout), soonest));
      return outcome instanceof NoSecret reason
          ? CompletableFuture.completedStage(reason)
          : audit
              .timing
              .completeAt(end, line, audit::late)
              .thenApply(it -> ifWritten(it, query, outcome));
    }

    /** Where the line of the read may still be written, another one corrects it. */
    private Retrieval ifWritten(Delivery delivery, SecretQuery query, Retrieval outcome) {
      if (delivery == Delivery.WRITTEN) {
        return outcome;
      }
      if (audit.losses.withholdSecrets()) {
        audit.probeLater();
      }
      if (delivery == Delivery.LATE) {
        var _ = write("secret_withheld", query, NOT_AUDITED);
      }
      return NOT_AUDITED;
    }
  }

  /** The line may still be written. */
  private Delivery late() {
    losses.count(Kind.AUDIT, LogLosses.Reason.DEADLINE);
    return Delivery.LATE;
  }

  private void probeLater() {
    var _ = timing.scheduler().schedule(PROBE_INTERVAL, this::probe);
  }

  /** The next line is not written before this one was written or lost. */
  private void probe() {
    var deadline = timing.now().plus(requestTimeout);
    var _ = trail.write(Kind.AUDIT, "audit_probe", List.of()).thenAccept(it -> end(it, deadline));
  }

  private void end(Delivery ofProbe, Instant deadline) {
    if (ofProbe == Delivery.WRITTEN && timing.now().isBefore(deadline)) {
      losses.returnSecrets();
    } else {
      probeLater();
    }
  }
}
