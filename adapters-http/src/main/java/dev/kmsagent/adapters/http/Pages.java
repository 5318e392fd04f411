package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.JsonBody;
import dev.kmsagent.domain.Health;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;

/** Fills the pages that are open to everybody. Thread-safe. */
final class Pages {
  private static final HttpField PLAIN_TEXT =
      new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "text/plain");

  private final Inside inside;

  Pages(Inside inside) {
    this.inside = inside;
  }

  Reply reply(Page page) {
    return switch (page) {
      case PING -> Reply.of(200, PLAIN_TEXT, "healthy".getBytes(StandardCharsets.US_ASCII));
      case HEALTHZ -> reply(inside.health().liveness());
      case READYZ -> reply(inside.health().readiness());
      case METRICS ->
          Reply.of(
              200,
              new HttpField(HttpHeader.CONTENT_TYPE, inside.metrics().contentType()),
              metrics());
    };
  }

  private static Reply reply(Health health) {
    JsonBody body =
        json -> {
          json.name("status").value(health.status().name());
          json.name("dependencies").beginObject();
          for (var dependency : new TreeMap<>(health.dependencies()).entrySet()) {
            json.name(dependency.getKey()).beginObject();
            json.name("status").value(dependency.getValue().status().name());
            json.name("detail").value(dependency.getValue().detail());
            json.endObject();
          }
          json.endObject();
        };
    return Reply.of(httpStatus(health.status()), Reply.JSON, body.toBytes());
  }

  private static int httpStatus(Health.Status status) {
    return switch (status) {
      case UP, DEGRADED -> 200;
      case DOWN -> 503;
    };
  }

  private byte[] metrics() {
    var bytes = new ByteArrayOutputStream();
    try {
      inside.metrics().writeTo(bytes);
    } catch (IOException failed) {
      throw new UncheckedIOException("the metrics cannot be written", failed);
    }
    return bytes.toByteArray();
  }
}
