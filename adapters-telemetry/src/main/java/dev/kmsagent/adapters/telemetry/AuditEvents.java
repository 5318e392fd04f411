package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.adapters.telemetry.AuditTrail.Delivery;
import dev.kmsagent.adapters.telemetry.LogLosses.Kind;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.event.ReadEvent.RequestRejected;
import dev.kmsagent.domain.event.ReadEvent.SecretRead;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.slf4j.event.KeyValuePair;
import org.slf4j.event.Level;
import org.slf4j.helpers.NOPLogger;
import org.slf4j.spi.DefaultLoggingEventBuilder;

/**
 * The audit trail: one line for each answer to a client, with the secret's name, the version
 * requested and the one served, the outcome and the cache state; never a value. Thread-safe.
 */
public final class AuditEvents extends EventHandler<SecretRead> {
  private final AuditTrail trail;

  public AuditEvents(AuditTrail trail) {
    super(SecretRead.class);
    this.trail = trail;
  }

  /** Does not wait for the line. */
  @Override
  public void handle(SecretRead read) {
    var _ = write(trail, "secret_read", read);
  }

  /** Writes a line of {@code event} about a read. */
  static CompletionStage<Delivery> write(AuditTrail trail, String event, SecretRead read) {
    var fields = new Fields();
    var line = new LogLine(fields).query(read.query()).caller(read.caller());
    var _ =
        switch (read.outcome()) {
          case Found(var entry, var state) ->
              line.with("outcome", MetricLabels.FOUND)
                  .with("version", entry.secret().version().value())
                  .with("cache", MetricLabels.of(state));
          case NoSecret reason -> line.reason(reason).with("cache", MetricLabels.NOT_CACHED);
        };
    return trail.write(Kind.AUDIT, event, fields.collected());
  }

  /**
   * Writes the line of a rejected request, without the room of reads: its loss concerns none.
   *
   * @param suppressed how many lines of its kind were left out before
   */
  static void write(AuditTrail trail, RequestRejected rejected, long suppressed) {
    var fields = new Fields();
    var line = new LogLine(fields);
    var _ = (suppressed == 0 ? line : line.with("suppressed", suppressed)).rejected(rejected);
    var _ = trail.write(Kind.LOG, "request_rejected", fields.collected());
  }

  /** Collects the fields of a line instead of logging it. */
  private static final class Fields extends DefaultLoggingEventBuilder {
    Fields() {
      super(NOPLogger.NOP_LOGGER, Level.INFO);
    }

    List<KeyValuePair> collected() {
      return List.copyOf(loggingEvent.getKeyValuePairs());
    }
  }
}
