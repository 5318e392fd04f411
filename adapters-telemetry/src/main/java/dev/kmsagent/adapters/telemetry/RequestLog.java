package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.port.ReadEvent.RequestRejected;
import dev.kmsagent.domain.port.ReadEvent.SecretRead;
import java.time.InstantSource;
import org.slf4j.event.Level;

/** What clients ask for and get, as log lines. */
final class RequestLog {
  /** Hits can come by the ten thousand in a second, and one is as the other. */
  private static final int HITS_IN_A_SECOND = 100;

  private final PacedLog log;
  private final PerSecondThrottle hits;

  RequestLog(PacedLog log, InstantSource clock) {
    this.log = log;
    this.hits = new PerSecondThrottle(clock, HITS_IN_A_SECOND);
  }

  void tell(SecretRead read) {
    if (log.showsDebug() && (!isHit(read) || hits.admits(this::tellOfHitsLeftOut))) {
      var line = log.line(Level.DEBUG).asked(read.query()).took(read.took());
      var told =
          switch (read.outcome()) {
            case Found found -> line.with("cache", MetricLabels.of(found.state()));
            case NoSecret reason -> line.reason(reason);
          };
      told.log("secret_read");
    }
  }

  private static boolean isHit(SecretRead read) {
    return read.outcome() instanceof Found found && found.state() == CacheState.HIT;
  }

  private void tellOfHitsLeftOut(long count) {
    log.line(Level.DEBUG).with("count", count).log("hits_not_logged");
  }

  void tell(RequestRejected rejection) {
    log.line(Level.WARN, log.admits(rejection, rejection.status()))
        .with("status", rejection.status())
        .with("code", rejection.code())
        .log("request_rejected");
  }
}
