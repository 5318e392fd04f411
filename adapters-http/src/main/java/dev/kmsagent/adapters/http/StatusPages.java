package dev.kmsagent.adapters.http;

import com.google.gson.stream.JsonWriter;
import dev.kmsagent.adapters.http.dialect.Json;
import dev.kmsagent.adapters.http.request.Admission;
import dev.kmsagent.domain.Health;
import dev.kmsagent.domain.port.in.ExposeMetrics;
import dev.kmsagent.domain.port.in.ReportHealth;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;

/** Replies with the pages that need no token. Thread-safe. */
final class StatusPages {
  private static final HttpField PLAIN_TEXT =
      new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "text/plain");

  private static final ByteBuffer HEALTHY =
      ByteBuffer.wrap("healthy".getBytes(StandardCharsets.US_ASCII)).asReadOnlyBuffer();

  /** The page of the documentation that failures lead to. */
  private static final String SYMPTOMS = "when-something-is-wrong.md#";

  private final ReportHealth health;
  private final ExposeMetrics metrics;
  private final ReplyFactory replies;
  private final AtomicLong lastAsked = new AtomicLong();

  /** The last metrics that were rendered, and the last request that came before that began. */
  private ByteBuffer rendered = ByteBuffer.allocate(0);

  private long renderedFor;

  StatusPages(ReportHealth health, ExposeMetrics metrics, ReplyFactory replies) {
    this.health = health;
    this.metrics = metrics;
    this.replies = replies;
  }

  /** The ping; it is made without waiting. */
  Reply ping() {
    return replies.body(200, PLAIN_TEXT, HEALTHY);
  }

  /** Renders a page. */
  Reply reply(Admission.Page page) {
    return switch (page) {
      case PING -> ping();
      case HEALTHZ -> health(health.liveness());
      case READYZ -> health(health.readiness());
      case METRICS -> metrics();
    };
  }

  private Reply health(Health state) {
    var body = Json.object(json -> write(state, json));
    int status = state.status() == Health.Status.DOWN ? 503 : 200;
    return replies.body(status, ReplyFactory.JSON, ByteBuffer.wrap(body));
  }

  private static void write(Health state, JsonWriter json) throws IOException {
    json.name("status").value(state.status().name());
    json.name("dependencies").beginObject();
    for (var dependency : new TreeMap<>(state.dependencies()).entrySet()) {
      json.name(dependency.getKey()).beginObject();
      json.name("status").value(dependency.getValue().status().name());
      json.name("detail").value(dependency.getValue().detail());
      for (var failure : dependency.getValue().failure().stream().toList()) {
        json.name("since").value(failure.since().truncatedTo(ChronoUnit.SECONDS).toString());
        json.name("outcome").value(failure.outcome());
        json.name("code").value(failure.code());
        json.name("runbook").value(SYMPTOMS + failure.symptom());
      }
      json.endObject();
    }
    json.endObject();
  }

  private Reply metrics() {
    var body = metricsAsOf(lastAsked.incrementAndGet());
    var contentType = new HttpField(HttpHeader.CONTENT_TYPE, metrics.contentType());
    return replies.body(200, contentType, body);
  }

  /** Renders one at a time, for all requests that wait: many at once cost two renderings. */
  private synchronized ByteBuffer metricsAsOf(long asked) {
    if (renderedFor < asked) {
      long askedSoFar = lastAsked.get();
      rendered = renderMetrics();
      renderedFor = askedSoFar;
    }
    return rendered;
  }

  private ByteBuffer renderMetrics() {
    var bytes = new ByteArrayOutputStream();
    try {
      metrics.writeTo(bytes);
    } catch (IOException failed) {
      throw new UncheckedIOException("the metrics cannot be written", failed);
    }
    return ByteBuffer.wrap(bytes.toByteArray());
  }
}
