package dev.kmsagent.adapters.http;

import dev.kmsagent.domain.Health;
import dev.kmsagent.domain.port.ExposeMetrics;
import dev.kmsagent.domain.port.ReportHealth;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Health and metrics with knobs. Thread-safe. */
final class FakeOperations implements ReportHealth, ExposeMetrics {
  private volatile Health.Status readiness = Health.Status.UP;

  void readiness(Health.Status status) {
    readiness = status;
  }

  @Override
  public Health liveness() {
    return new Health(Health.Status.UP, Map.of());
  }

  @Override
  public Health readiness() {
    var kms = new Health.Dependency(readiness, "KMS answers \"now and then\".");
    var cache = new Health.Dependency(Health.Status.UP, "It holds 3 secrets.");
    return new Health(readiness, Map.of("kms", kms, "cache", cache));
  }

  @Override
  public String contentType() {
    return "text/plain; version=0.0.4; charset=utf-8";
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    out.write("agent_up 1\n".getBytes(StandardCharsets.UTF_8));
  }
}
