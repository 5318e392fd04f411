package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.adapters.telemetry.EventHandler.Typed;
import dev.kmsagent.adapters.telemetry.LogLosses.Kind;
import dev.kmsagent.domain.event.LifecycleEvent.TokenReloaded;
import dev.kmsagent.domain.event.ReadEvent.RequestRejected;
import dev.kmsagent.domain.time.TimeSources;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.event.KeyValuePair;

/**
 * Audit lines of what is no read: rejected requests, and changes of the token. Of the requests of a
 * client that are rejected for one reason the first ten in 30 s have a line, and of all 10,000 a
 * day: clients without a token cannot fill the files. One more has the number of all others.
 * Thread-safe.
 */
public final class AuditEvents {
  private static final int LISTED = 10;
  private static final int LISTED_A_DAY = 10_000;
  private static final Duration PERIOD = Duration.ofSeconds(30);

  private final AuditTrail trail;
  private final TimeSources timing;
  private final Throttle throttle;
  private final Throttle daily;
  private final AtomicLong notListed = new AtomicLong();

  public AuditEvents(AuditTrail trail, TimeSources timing) {
    this.trail = trail;
    this.timing = timing;
    this.throttle = new Throttle(timing.clock());
    this.daily = new Throttle(timing.clock(), Duration.ofDays(1));
  }

  /** New handlers, one for each subject. */
  public List<EventHandler.Typed<?>> handlers() {
    return List.of(
        new Typed<>(RequestRejected.class, this::write),
        new Typed<>(TokenReloaded.class, _ -> write("token_changed", List.of())));
  }

  private void write(RequestRejected rejected) {
    if (throttle.admit(ReadLog.about(rejected), LISTED).admitted()
        && daily.admit("", LISTED_A_DAY).admitted()) {
      var fields = new AuditFields();
      var _ = fields.line().rejected(rejected);
      write("request_rejected", fields.collected());
    } else if (notListed.getAndIncrement() == 0) {
      var _ = timing.scheduler().schedule(PERIOD, this::writeNotListed);
    }
  }

  /** Writes how many rejected requests have no line, if there are some that no line tells of. */
  public void writeNotListed() {
    var count = notListed.getAndSet(0);
    if (count > 0) {
      write("requests_rejected", List.of(new KeyValuePair("count", count)));
    }
  }

  /** Takes no room of reads: its loss concerns none. */
  private void write(String event, List<KeyValuePair> fields) {
    var _ = trail.write(Kind.LOG, event, fields);
  }
}
