package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.port.CacheEvent.EntryEvicted;
import dev.kmsagent.domain.port.KmsEvent.RefreshFailed;
import dev.kmsagent.domain.port.KmsEvent.SecretRevoked;
import org.slf4j.event.Level;

/** What becomes of what is cached, as log lines. */
final class CacheLog {
  private final PacedLog log;

  CacheLog(PacedLog log) {
    this.log = log;
  }

  void tell(SecretRevoked revocation) {
    log.line(Level.INFO, log.admitsSome(revocation, revocation.refusal().scope()))
        .asked(revocation.query())
        .reason(revocation.refusal())
        .with("entries", revocation.entries())
        .log("secret_revoked");
  }

  void tell(EntryEvicted eviction) {
    log.line(Level.INFO, log.admits(eviction, eviction.cause()))
        .asked(eviction.query())
        .with("cause", MetricLabels.of(eviction.cause()))
        .log("entry_evicted");
  }

  void tell(RefreshFailed refresh) {
    log.line(Level.WARN, log.admitsSome(refresh, MetricLabels.of(refresh.reason())))
        .asked(refresh.query())
        .reason(refresh.reason())
        .retried(refresh.retryIn())
        .log("refresh_failed");
  }
}
