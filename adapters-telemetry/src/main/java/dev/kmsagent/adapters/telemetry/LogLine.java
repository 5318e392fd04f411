package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.VersionSelector.ById;
import dev.kmsagent.domain.VersionSelector.ByIdAndStage;
import dev.kmsagent.domain.VersionSelector.ByStage;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.spi.LoggingEventBuilder;

/** Builds a log line: fields, then the name of the event. No field holds a secret's value. */
record LogLine(LoggingEventBuilder builder) {
  LogLine with(String field, Object value) {
    return new LogLine(builder.addKeyValue(field, value));
  }

  /** The secret and the version that were requested. */
  LogLine query(SecretQuery query) {
    var named = with("secret", query.name().value());
    return switch (query.version()) {
      case ByStage(var stage) -> named.with("version_stage", stage.value());
      case ById(var id) -> named.with("version_id", id.value());
      case ByIdAndStage(var id, var stage) ->
          named.with("version_id", id.value()).with("version_stage", stage.value());
    };
  }

  /** Why there is no secret: the agent's label and the cloud's code. */
  LogLine reason(NoSecret reason) {
    var labelled = with("outcome", MetricLabels.of(reason)).with("code", MetricLabels.code(reason));
    return switch (reason) {
      case Refused(var error, _) -> labelled.with("kms_request_id", error.requestId());
      case IdentityRefused(_, var detail) -> labelled.with("detail", detail);
      case Unavailable(_, _, var detail) -> labelled.with("detail", detail);
    };
  }

  LogLine took(Duration took) {
    return with("took_ms", Math.round(MetricFactory.seconds(took) * 1e6) / 1e3);
  }

  LogLine retryIn(Duration delay) {
    return with("retry_in_ms", Math.round(MetricFactory.seconds(delay) * 1e3));
  }

  /** When something expires; {@code Instant.MAX} for never. */
  LogLine end(Instant end) {
    return with("end", end.equals(Instant.MAX) ? "none" : end);
  }

  void log(String event) {
    builder.log(event);
  }
}
