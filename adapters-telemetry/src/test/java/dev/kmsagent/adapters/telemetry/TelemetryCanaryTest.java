package dev.kmsagent.adapters.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.Events;
import dev.kmsagent.testkit.FakeSecretCache;
import dev.kmsagent.testkit.LogRecorder;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A random marker is the secret's value, and is looked for in everything that operators see. */
final class TelemetryCanaryTest {
  private final String marker = UUID.randomUUID().toString();
  private final VirtualTime time = new VirtualTime();
  private final LogRecorder log = LogRecorder.ofOwnLogger().withDebug();
  private final CapturedTrail trail = new CapturedTrail();
  private final MetricsEvents metrics = new MetricsEvents(time, CredentialOrigin.ISSUED, "1.2.3");
  private final HealthEvents health =
      new HealthEvents(time, 1, CredentialOrigin.ISSUED, Optional.empty());

  @BeforeEach
  void everything_happens() {
    var query = Secrets.current("app/db");
    var secret = Secrets.text("app/db", "v1", marker);
    var cache = new FakeSecretCache();
    cache.store(query, Secrets.entry(secret, time.instant()));
    metrics.watch(cache::occupancy);
    var handlers = new ArrayList<EventHandler<?>>(metrics.handlers());
    handlers.addAll(health.handlers());
    handlers.addAll(new LoggingEvents(time, CredentialOrigin.ISSUED, log.logger()).handlers());
    handlers.add(new AuditEvents(trail));
    var events = new FanOutEvents(handlers, time, log.logger());
    Events.ofEveryKind(query, secret, "said", Duration.ofMillis(3)).forEach(events::publish);
  }

  @Test
  void no_log_line_holds_the_secret() {
    assertThat(log.lines()).hasSizeGreaterThan(50).noneMatch(this::tells);
  }

  @Test
  void no_audit_line_holds_the_secret() {
    assertThat(trail.lines()).hasSizeGreaterThan(15).noneMatch(this::tells);
  }

  @Test
  void no_metric_holds_the_secret_or_its_name() {
    assertThat(Examples.scraped(metrics))
        .hasSizeGreaterThan(100)
        .noneMatch(line -> tells(line) || line.contains("app/db"));
  }

  @Test
  void no_word_on_health_holds_the_secret_or_its_name() {
    assertThat(health.readiness().toString())
        .contains("kms", "token", "shared_cache")
        .doesNotContain("app/db")
        .doesNotMatch(this::tells);
  }

  private boolean tells(String line) {
    var base64 = Base64.getEncoder().encodeToString(marker.getBytes(StandardCharsets.UTF_8));
    return line.contains(marker) || line.contains(base64);
  }
}
