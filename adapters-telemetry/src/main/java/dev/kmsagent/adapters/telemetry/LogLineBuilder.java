package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.Caller;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Sender;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.event.ReadEvent.RequestRejected;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.spi.LoggingEventBuilder;

/** Builds a log line: fields, then the name of the event. No field holds a secret's value. */
record LogLineBuilder(LoggingEventBuilder builder) {
  LogLineBuilder with(String field, Object value) {
    return new LogLineBuilder(builder.addKeyValue(field, value));
  }

  /** The secret and the version that were requested. */
  LogLineBuilder query(SecretQuery query) {
    var named = with("secret", query.name().value());
    var id = query.version().id().map(VersionId::value);
    var stage = query.version().stage().map(Stage::value);
    return named.withAny("version_id", id).withAny("version_stage", stage);
  }

  /** Who sent what was rejected, and with which answer. */
  LogLineBuilder rejected(RequestRejected rejected) {
    return sender(rejected.sender())
        .with("request_id", rejected.requestId())
        .with("status", rejected.status())
        .with("code", rejected.code())
        .withAny("reason", Optional.of(rejected.reason()).filter(it -> !it.isEmpty()));
  }

  /** Who sent a request, as far as that is known. */
  LogLineBuilder sender(Sender sender) {
    return with("peer", sender.peer())
        .withAny("subject", sender.subject())
        .withAny("role", sender.role());
  }

  /** Who reads, where each pod has its own role. */
  LogLineBuilder caller(Optional<Caller> caller) {
    return caller
        .map(it -> with("subject", it.subject()).pod(it.pod()).with("role", it.role()))
        .orElse(this);
  }

  private LogLineBuilder pod(String name) {
    return withAny("pod", Optional.of(name).filter(it -> !it.isEmpty()));
  }

  private LogLineBuilder withAny(String field, Optional<?> value) {
    return value.map(it -> with(field, it)).orElse(this);
  }

  /** Why there is no secret: the agent's label and the cloud's code. */
  LogLineBuilder reason(NoSecret reason) {
    var labelled = with("outcome", MetricLabels.of(reason)).with("code", reason.code());
    return reason instanceof Refused(var error, _)
        ? labelled.with("kms_request_id", error.requestId())
        : labelled.with("detail", reason.detail());
  }

  LogLineBuilder took(Duration took) {
    return with("took_ms", Math.round(MetricFactory.seconds(took) * 1e6) / 1e3);
  }

  LogLineBuilder retryIn(Duration delay) {
    return with("retry_in_ms", Math.round(MetricFactory.seconds(delay) * 1e3));
  }

  /** When something expires; {@code Instant.MAX} for never. */
  LogLineBuilder end(Instant end) {
    return with("end", end.equals(Instant.MAX) ? "none" : end);
  }

  void log(String event) {
    builder.log(event);
  }
}
