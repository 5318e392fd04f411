package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.Caller;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.event.KmsEvent;
import dev.kmsagent.domain.event.KmsEvent.BreakerState;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.event.Level;

/** Logs calls to KMS and their consequences. */
final class KmsLog implements EventHandler<KmsEvent> {
  private final ThrottledLog log;

  /** For whom a failure was logged, and no answer since; one more takes the place of another. */
  private final Set<Optional<Caller>> failing = ConcurrentHashMap.newKeySet();

  KmsLog(ThrottledLog log) {
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
      case KmsEvent.RefreshFailed(var query, var reason, var retryIn, var caller) ->
          log.firstTen(Level.WARN, event, topic(MetricLabels.of(reason), caller))
              .query(query)
              .caller(caller)
              .reason(reason)
              .retryIn(retryIn)
              .log("refresh_failed");
      case KmsEvent.SecretRevoked(var query, var refusal, var entries, var caller) ->
          log.firstTen(Level.INFO, event, topic(refusal.scope().name(), caller))
              .query(query)
              .caller(caller)
              .reason(refusal)
              .with("entries", entries)
              .log("secret_revoked");
      case KmsEvent.ClientCallsLimited(var query, var caller) ->
          log.first(Level.WARN, event, topic("limit", caller))
              .query(query)
              .caller(caller)
              .log("client_calls_limited");
      case KmsEvent.BreakerChanged(var from, var to) ->
          log.line(to == BreakerState.OPEN ? Level.WARN : Level.INFO)
              .with("from", MetricLabels.of(from))
              .with("to", MetricLabels.of(to))
              .log("breaker_changed");
    }
  }

  /** Each namespace has lines of its own. */
  private static String topic(String about, Optional<Caller> caller) {
    return caller.map(it -> about + ' ' + it.subject().namespace()).orElse(about);
  }

  private void logCall(KmsEvent.KmsCalled call) {
    if (call.outcome().isAnswer()) {
      logAnswer(call);
    } else if (call.outcome() instanceof NoSecret reason) {
      logFailure(call, reason);
    }
  }

  private void logAnswer(KmsEvent.KmsCalled call) {
    var again = failing.remove(call.caller());
    log.line(again ? Level.INFO : Level.DEBUG)
        .query(call.query())
        .caller(call.caller())
        .took(call.took())
        .log(again ? "kms_answers_again" : "kms_called");
  }

  private void logFailure(KmsEvent.KmsCalled call, NoSecret reason) {
    var admission = log.admit(call, topic(MetricLabels.of(reason), call.caller()));
    if (admission.admitted() && failing.add(call.caller())) {
      var others = failing.stream().filter(it -> !it.equals(call.caller()));
      others.skip(FailingRoles.MOST - 1L).toList().forEach(failing::remove);
    }
    log.line(Level.WARN, admission)
        .query(call.query())
        .caller(call.caller())
        .took(call.took())
        .reason(reason)
        .log("kms_call_failed");
  }
}
