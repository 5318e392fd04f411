package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.port.KmsEvent.BreakerChanged;
import dev.kmsagent.domain.port.KmsEvent.BreakerState;
import dev.kmsagent.domain.port.KmsEvent.KmsCalled;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.event.Level;

/** How KMS does, as log lines. */
final class KmsLog {
  private final PacedLog log;
  private final AtomicBoolean saidThatItFails = new AtomicBoolean();

  KmsLog(PacedLog log) {
    this.log = log;
  }

  void tell(KmsCalled call) {
    switch (call.outcome()) {
      case Fetched _, Refused _ -> tellOfAnswer(call);
      case IdentityRefused refused -> tellOfFailure(call, refused);
      case Unavailable unavailable -> tellOfFailure(call, unavailable);
    }
  }

  private void tellOfAnswer(KmsCalled call) {
    var again = saidThatItFails.get() && saidThatItFails.compareAndSet(true, false);
    log.line(Level.INFO, again)
        .asked(call.query())
        .took(call.took())
        .log(again ? "kms_answers_again" : "kms_called");
  }

  private void tellOfFailure(KmsCalled call, NoSecret reason) {
    var admitted = log.admits(call, MetricLabels.of(reason));
    if (admitted) {
      saidThatItFails.set(true);
    }
    log.line(Level.WARN, admitted)
        .asked(call.query())
        .took(call.took())
        .reason(reason)
        .log("kms_call_failed");
  }

  void tell(BreakerChanged change) {
    log.line(change.to() == BreakerState.OPEN ? Level.WARN : Level.INFO)
        .with("from", MetricLabels.of(change.from()))
        .with("to", MetricLabels.of(change.to()))
        .log("breaker_changed");
  }
}
