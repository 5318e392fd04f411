package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.Found;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.port.AgentEvent.RequestRejected;
import dev.kmsagent.domain.port.AgentEvent.SecretRead;
import org.slf4j.event.Level;

/** What clients ask for and get, as log lines. */
final class RequestLog {
  private final PacedLog log;

  RequestLog(PacedLog log) {
    this.log = log;
  }

  void tell(SecretRead read) {
    if (log.showsDebug()) {
      var line = log.line(Level.DEBUG).asked(read.query()).took(read.took());
      var told =
          switch (read.outcome()) {
            case Found found -> line.with("cache", Words.of(found.state()));
            case NoSecret reason -> line.reason(reason);
          };
      told.log("secret_read");
    }
  }

  void tell(RequestRejected rejection) {
    log.line(Level.WARN, log.admits(rejection, rejection.status()))
        .with("status", rejection.status())
        .with("code", rejection.code())
        .log("request_rejected");
  }
}
