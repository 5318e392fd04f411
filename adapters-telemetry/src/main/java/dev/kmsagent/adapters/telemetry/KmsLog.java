package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.event.KmsEvent;
import dev.kmsagent.domain.event.KmsEvent.BreakerState;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.event.Level;

/** Logs calls to KMS and their consequences. */
final class KmsLog extends EventHandler<KmsEvent> {
  private final ThrottledLog log;
  private final AtomicBoolean failureLogged = new AtomicBoolean();

  KmsLog(ThrottledLog log) {
    super(KmsEvent.class);
    this.log = log;
  }

  /** Calls go before the switch: every start makes one, and linking a switch takes time. */
  @Override
  public void handle(KmsEvent event) {
    if (event instanceof KmsEvent.KmsCalled call) {
      logCall(call);
    } else {
      logConsequence(event);
    }
  }

  private void logConsequence(KmsEvent event) {
    switch (event) {
      case KmsEvent.KmsCalled call -> logCall(call);
      case KmsEvent.CallNotMade _ -> {}
      case KmsEvent.RefreshFailed(var query, var reason, var retryIn) ->
          log.firstTen(Level.WARN, event, MetricLabels.of(reason))
              .query(query)
              .reason(reason)
              .retryIn(retryIn)
              .log("refresh_failed");
      case KmsEvent.SecretRevoked(var query, var refusal, var entries) ->
          log.firstTen(Level.INFO, event, refusal.scope())
              .query(query)
              .reason(refusal)
              .with("entries", entries)
              .log("secret_revoked");
      case KmsEvent.ClientCallsLimited(var query) ->
          log.first(Level.WARN, event, "limit").query(query).log("client_calls_limited");
      case KmsEvent.BreakerChanged(var from, var to) ->
          log.line(to == BreakerState.OPEN ? Level.WARN : Level.INFO)
              .with("from", MetricLabels.of(from))
              .with("to", MetricLabels.of(to))
              .log("breaker_changed");
    }
  }

  private void logCall(KmsEvent.KmsCalled call) {
    if (call.outcome().isAnswer()) {
      logAnswer(call);
    } else if (call.outcome() instanceof NoSecret reason) {
      logFailure(call, reason);
    }
  }

  private void logAnswer(KmsEvent.KmsCalled call) {
    var again = failureLogged.get() && failureLogged.compareAndSet(true, false);
    log.line(again ? Level.INFO : Level.DEBUG)
        .query(call.query())
        .took(call.took())
        .log(again ? "kms_answers_again" : "kms_called");
  }

  private void logFailure(KmsEvent.KmsCalled call, NoSecret reason) {
    var admission = log.admit(call, MetricLabels.of(reason));
    if (admission.admitted()) {
      failureLogged.set(true);
    }
    log.line(Level.WARN, admission)
        .query(call.query())
        .took(call.took())
        .reason(reason)
        .log("kms_call_failed");
  }
}
