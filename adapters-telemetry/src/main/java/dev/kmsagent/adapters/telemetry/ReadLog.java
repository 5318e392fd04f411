package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.event.ReadEvent;
import dev.kmsagent.domain.event.ReadEvent.PlainRequest;
import dev.kmsagent.domain.event.ReadEvent.RequestRejected;
import dev.kmsagent.domain.event.ReadEvent.SecretRead;
import java.time.Duration;
import java.time.InstantSource;
import org.slf4j.event.Level;

/** Logs requests for secrets and their answers. */
final class ReadLog implements EventHandler<ReadEvent> {
  /** Tens of thousands of hits can occur in a second, and they look the same. */
  private static final int HITS_PER_SECOND = 100;

  private final ThrottledLog log;
  private final ThrottledLog rejections;
  private final Throttle hits;

  /** What is limited: one noisy client leaves others their lines. */
  private record Rejections(int status, String code, String reason, String ofGroup) {}

  /**
   * @param rejections for rejected requests, of more clients than other topics there are
   */
  ReadLog(ThrottledLog log, ThrottledLog rejections, InstantSource clock) {
    this.log = log;
    this.rejections = rejections;
    this.hits = new Throttle(clock, Duration.ofSeconds(1));
  }

  @Override
  public void handle(ReadEvent event) {
    switch (event) {
      case SecretRead read when isHit(read) -> {
        var admission = hits.admit("", HITS_PER_SECOND);
        if (admission.admitted()) {
          write(read, admission.suppressed());
        }
      }
      case SecretRead read -> write(read, 0);
      case RequestRejected rejected -> write(rejected);
      case PlainRequest(var sender) -> {
        var admission = rejections.admit(event, sender.group());
        if (admission.admitted()) {
          rejections.line(Level.WARN, admission).sender(sender).log("plain_request");
        }
      }
    }
  }

  private void write(RequestRejected rejected) {
    var admission = rejections.admit(rejected, about(rejected));
    rejections.line(Level.WARN, admission).rejected(rejected).log("request_rejected");
  }

  /** What lines of rejected requests are limited by. */
  static Object about(RequestRejected rejected) {
    var group = rejected.sender().group();
    return new Rejections(rejected.status(), rejected.code(), rejected.reason(), group);
  }

  private static boolean isHit(SecretRead read) {
    return read.outcome() instanceof Found(_, var state) && state == CacheState.HIT;
  }

  /** Says how many hits before it have no line. */
  private void write(SecretRead read, long suppressed) {
    var line = log.line(Level.DEBUG).query(read.query()).took(read.took()).caller(read.caller());
    var complete =
        switch (read.outcome()) {
          case Found(_, var state) -> line.with("cache", MetricLabels.of(state));
          case NoSecret reason -> line.reason(reason);
        };
    (suppressed == 0 ? complete : complete.with("suppressed", suppressed)).log("secret_read");
  }
}
