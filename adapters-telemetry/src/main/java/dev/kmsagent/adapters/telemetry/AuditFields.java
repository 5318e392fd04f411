package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.Requester;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import java.time.Instant;
import java.util.List;
import org.slf4j.event.KeyValuePair;
import org.slf4j.event.Level;
import org.slf4j.helpers.NOPLogger;
import org.slf4j.spi.DefaultLoggingEventBuilder;

/** Collects the fields of an audit line; never a value. */
final class AuditFields extends DefaultLoggingEventBuilder {
  AuditFields() {
    super(NOPLogger.NOP_LOGGER, Level.INFO);
  }

  /** Adds fields as in a line of the log. */
  LogLineBuilder line() {
    return new LogLineBuilder(this);
  }

  void requester(Requester requester) {
    var _ = line().with("peer", requester.peer()).with("request_id", requester.requestId());
  }

  /** All fields, with those of the outcome: the version that was served, from where, how old. */
  List<KeyValuePair> of(Retrieval outcome, Instant now) {
    var _ =
        switch (outcome) {
          case Found(var entry, var state) ->
              line()
                  .with("outcome", MetricLabels.FOUND)
                  .with("version", entry.secret().version().value())
                  .with("cache", MetricLabels.of(state))
                  .with("age_seconds", entry.age(now).toSeconds())
                  .with("kms_request_id", entry.secret().kmsRequestId());
          case NoSecret reason -> line().reason(reason).with("cache", MetricLabels.NOT_CACHED);
        };
    return collected();
  }

  List<KeyValuePair> collected() {
    var fields = loggingEvent.getKeyValuePairs();
    return fields == null ? List.of() : List.copyOf(fields);
  }
}
