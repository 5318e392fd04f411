package dev.kmsagent.adapters.http;

import com.google.gson.stream.JsonWriter;
import dev.kmsagent.adapters.http.dialect.Json;
import dev.kmsagent.adapters.http.request.Admission;
import dev.kmsagent.adapters.http.request.Admission.Later;
import dev.kmsagent.adapters.http.request.Admission.ToBody;
import dev.kmsagent.adapters.http.request.Route;
import dev.kmsagent.adapters.http.request.Route.Access;
import dev.kmsagent.domain.Health;
import dev.kmsagent.domain.port.in.ExposeMetrics;
import dev.kmsagent.domain.port.in.ReportHealth;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** The pages that need no token. Thread-safe. */
final class StatusPages {
  private static final Admission HEALTHY =
      new ToBody(200, "text/plain", "healthy".getBytes(StandardCharsets.US_ASCII));

  /** The page of the documentation that failures lead to. */
  private static final String SYMPTOMS = "when-something-is-wrong.md#";

  private final ReportHealth health;
  private final ExposeMetrics metrics;
  private final AtomicLong lastAsked = new AtomicLong();

  /** The last metrics that were rendered, and the last request that came before that began. */
  private byte[] rendered = {};

  private long renderedFor;

  StatusPages(ReportHealth health, ExposeMetrics metrics) {
    this.health = health;
    this.metrics = metrics;
  }

  /**
   * Their routes. Health and metrics are collected, which takes a moment.
   *
   * @param access to all but the ping, which anybody may send
   */
  List<Route> routes(Access access) {
    return List.of(
        Route.get("/ping", Access.ANYBODY, Route.constant(HEALTHY)),
        page("/healthz", access, isLocal -> health(health.liveness(), isLocal)),
        page("/startupz", access, isLocal -> health(health.startup(), isLocal)),
        page("/readyz", access, isLocal -> health(health.readiness(), isLocal)),
        page("/metrics", access, _ -> metrics()));
  }

  /**
   * @param content is told whether the request came from this machine or pod
   */
  private static Route page(String path, Access access, Function<Boolean, Admission> content) {
    return Route.get(
        path, access, (_, _, caller) -> new Later(() -> content.apply(caller.isLocal())));
  }

  /** Names of secrets, roles and pods are for the operator, and not for all who reach the port. */
  private static Admission health(Health state, boolean withNames) {
    int status = state.status() == Health.Status.DOWN ? 503 : 200;
    return new ToBody(status, ToBody.JSON, Json.object(json -> write(state, withNames, json)));
  }

  private static void write(Health state, boolean withNames, JsonWriter json) throws IOException {
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
      if (withNames && !dependency.getValue().failing().isEmpty()) {
        Json.array(json, "failing", dependency.getValue().failing().stream());
      }
      json.endObject();
    }
    json.endObject();
  }

  ToBody metrics() {
    return new ToBody(200, metrics.contentType(), metricsAsOf(lastAsked.incrementAndGet()));
  }

  /** Renders one at a time, for all requests that wait: many at once cost two renderings. */
  private synchronized byte[] metricsAsOf(long asked) {
    if (renderedFor < asked) {
      long askedSoFar = lastAsked.get();
      rendered = renderMetrics();
      renderedFor = askedSoFar;
    }
    return rendered;
  }

  private byte[] renderMetrics() {
    var bytes = new ByteArrayOutputStream();
    try {
      metrics.writeTo(bytes);
    } catch (IOException failed) {
      throw new UncheckedIOException("the metrics cannot be written", failed);
    }
    return bytes.toByteArray();
  }
}
