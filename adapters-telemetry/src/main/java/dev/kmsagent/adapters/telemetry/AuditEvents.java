package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.port.AgentEvent;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.ReadEvent.SecretRead;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit trail: one line at INFO for each answer to a client, with the secret's name, the
 * version asked for and the one given, the outcome and the part the cache had in it; never a value.
 * Thread-safe.
 */
public final class AuditEvents implements AgentEvents {
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
  public void publish(AgentEvent event) {
    if (event instanceof SecretRead read) {
      write(read);
    }
  }

  private void write(SecretRead read) {
    var line = new LogLine(logger.atInfo()).asked(read.query());
    var told =
        switch (read.outcome()) {
          case Found found ->
              line.with("outcome", MetricLabels.FOUND)
                  .with("version", found.entry().secret().version().value())
                  .with("cache", MetricLabels.of(found.state()));
          case NoSecret reason -> line.reason(reason).with("cache", MetricLabels.NOT_CACHED);
        };
    told.log("secret_read");
  }
}
