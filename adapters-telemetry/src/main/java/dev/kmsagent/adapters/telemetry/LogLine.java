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

/**
 * A log line in the making: the name of what happened, and fields. A secret's value is never among
 * them.
 */
record LogLine(LoggingEventBuilder builder) {
  LogLine with(String field, Object value) {
    return new LogLine(builder.addKeyValue(field, value));
  }

  /** The secret and the version that were asked for. */
  LogLine asked(SecretQuery query) {
    var named = with("secret", query.name().value());
    return switch (query.version()) {
      case ByStage(var stage) -> named.with("version_stage", stage.value());
      case ById(var id) -> named.with("version_id", id.value());
      case ByIdAndStage(var id, var stage) ->
          named.with("version_id", id.value()).with("version_stage", stage.value());
    };
  }

  /** Why there is no secret, in our word for it and in the cloud's. */
  LogLine reason(NoSecret reason) {
    var told = with("outcome", MetricLabels.of(reason)).with("code", MetricLabels.code(reason));
    return switch (reason) {
      case Refused refused -> told.with("kms_request_id", refused.error().requestId());
      case IdentityRefused refused -> told.with("detail", refused.detail());
      case Unavailable unavailable -> told.with("detail", unavailable.detail());
    };
  }

  LogLine took(Duration took) {
    return with("took_ms", Meters.seconds(took) * 1000);
  }

  LogLine retried(Duration retryIn) {
    return with("retry_in_ms", Meters.seconds(retryIn) * 1000);
  }

  /** The end of something; {@code Instant.MAX} for none. */
  LogLine end(Instant end) {
    return with("end", end.equals(Instant.MAX) ? "none" : end);
  }

  void log(String event) {
    builder.log(event);
  }
}
