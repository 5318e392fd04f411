package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.port.CredentialEvent.CredentialsMissing;
import dev.kmsagent.domain.port.CredentialEvent.CredentialsNotRenewed;
import dev.kmsagent.domain.port.CredentialEvent.CredentialsObtained;
import org.slf4j.event.Level;

/** How the agent's credentials are renewed, as log lines. */
final class CredentialLog {
  private final PacedLog log;

  CredentialLog(PacedLog log) {
    this.log = log;
  }

  void tell(CredentialsObtained obtained) {
    log.line(Level.INFO).end(obtained.end()).log("credentials_obtained");
  }

  void tell(CredentialsNotRenewed failure) {
    log.line(Level.WARN, log.admits(failure, MetricLabels.of(failure.reason())))
        .reason(failure.reason())
        .retried(failure.retryIn())
        .end(failure.end())
        .log("credentials_not_renewed");
  }

  void tell(CredentialsMissing failure) {
    log.line(Level.WARN, log.admits(failure, MetricLabels.of(failure.reason())))
        .reason(failure.reason())
        .retried(failure.retryIn())
        .log("credentials_missing");
  }
}
