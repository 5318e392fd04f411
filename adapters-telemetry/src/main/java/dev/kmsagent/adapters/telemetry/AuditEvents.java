package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.port.ReadEvent.SecretRead;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit trail: one line at INFO for each answer to a client, with the secret's name, the
 * version requested and the one served, the outcome and the cache state; never a value.
 * Thread-safe.
 */
public final class AuditEvents implements EventHandler<SecretRead> {
  /** The logger of the audit trail. */
  public static final String LOGGER = "dev.kmsagent.audit";

  private final Logger logger;

  public AuditEvents() {
    this(LoggerFactory.getLogger(LOGGER));
  }

  AuditEvents(Logger logger) {
    this.logger = logger;
  }

  @Override
  public Class<SecretRead> type() {
    return SecretRead.class;
  }

  @Override
  public void handle(SecretRead read) {
    var line = new LogLine(logger.atInfo()).query(read.query());
    var complete =
        switch (read.outcome()) {
          case Found(var entry, var state) ->
              line.with("outcome", MetricLabels.FOUND)
                  .with("version", entry.secret().version().value())
                  .with("cache", MetricLabels.of(state));
          case NoSecret reason -> line.reason(reason).with("cache", MetricLabels.NOT_CACHED);
        };
    complete.log("secret_read");
  }
}
