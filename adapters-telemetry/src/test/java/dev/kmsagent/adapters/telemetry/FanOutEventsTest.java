package dev.kmsagent.adapters.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.kmsagent.adapters.telemetry.AuditTrail.Delivery;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Sender;
import dev.kmsagent.domain.event.AgentEvent;
import dev.kmsagent.domain.event.LifecycleEvent;
import dev.kmsagent.domain.event.LifecycleEvent.PrefetchFinished;
import dev.kmsagent.domain.event.LifecycleEvent.TokenReloaded;
import dev.kmsagent.domain.event.ReadEvent.RequestRejected;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.testkit.Events;
import dev.kmsagent.testkit.FakeSecretCache;
import dev.kmsagent.testkit.LogRecorder;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

final class FanOutEventsTest {
  private final VirtualTime time = new VirtualTime();
  private final LogRecorder log = LogRecorder.ofOwnLogger();
  private final RecordingEvents first = new RecordingEvents();
  private final RecordingEvents last = new RecordingEvents();

  @Test
  void every_handler_gets_the_events_of_its_type_in_order() {
    var fanOut = fanOut(all(first), new EventHandler.Typed<>(LifecycleEvent.class, last::publish));
    fanOut.publish(new TokenReloaded());
    var rejected = Examples.event("rejected:404:InvalidPath", Examples.QUERY);
    fanOut.publish(rejected);
    assertThat(first.all()).containsExactly(new TokenReloaded(), rejected);
    assertThat(last.all()).containsExactly(new TokenReloaded());
  }

  @Test
  void a_receiver_that_fails_is_named_keeps_nothing_from_others_and_is_not_quoted() {
    fanOut(all(first), Failing.ofAll(), all(last)).publish(new TokenReloaded());
    assertThat(first.all()).hasSize(1);
    assertThat(last.all()).hasSize(1);
    assertThat(log.lines())
        .singleElement()
        .asString()
        .startsWith("ERROR event_receiver_failed")
        .contains("$Failing", "event=TokenReloaded", "java.lang.LinkageError")
        .doesNotContain("hunter2");
  }

  private FanOutEvents fanOut(EventHandler.Typed<?>... handlers) {
    return new FanOutEvents(List.of(handlers), log.logger());
  }

  private static EventHandler.Typed<?> all(AgentEvents to) {
    return new EventHandler.Typed<>(AgentEvent.class, to::publish);
  }

  static final class Failing implements EventHandler<AgentEvent> {
    static EventHandler.Typed<?> ofAll() {
      return new EventHandler.Typed<>(AgentEvent.class, new Failing());
    }

    @Override
    public void handle(AgentEvent event) {
      throw new LinkageError("hunter2");
    }
  }

  /** All that there are, and what operators see of it. */
  @Nested
  final class All_handlers {
    private final String marker = UUID.randomUUID().toString();
    private final AgentConfig config = Configs.of(Configs.KEY, Configs.FOLDER);
    private final MetricsEvents metrics =
        new MetricsEvents(config, time, "1.2.3", new LogLosses(time));
    private final List<String> audited = new CopyOnWriteArrayList<>();
    private final HealthEvents health = new HealthEvents(config, time, Optional.empty());

    private List<EventHandler.Typed<?>> handlers() {
      var handlers = new ArrayList<EventHandler.Typed<?>>(metrics.handlers());
      handlers.addAll(health.handlers());
      var debugging = log.withDebug().logger();
      handlers.addAll(new LoggingEvents(time, debugging).handlers());
      handlers.addAll(new AuditEvents(this::write, time.timing()).handlers());
      return handlers;
    }

    private CompletionStage<Delivery> write(
        LogLosses.Kind kind, String event, List<KeyValuePair> fields) {
      audited.add(event + fields);
      return CompletableFuture.completedStage(Delivery.WRITTEN);
    }

    @Test
    void take_anything_from_many_threads() {
      var events = new ArrayList<AgentEvent>();
      events.add(new RequestRejected(-1, "", "", new Sender(""), ""));
      events.add(new PrefetchFinished(Integer.MAX_VALUE, Integer.MIN_VALUE, Map.of()));
      for (var text :
          List.of(
              "{}",
              "%s%n",
              "${jndi:ldap://127.0.0.1/a}",
              "\"quoted\" \\ {\"a\":1}",
              "密钥",
              "\u2028",
              "\ud800",
              "😀",
              " ",
              "x".repeat(512))) {
        events.addAll(ofEveryKind(Secrets.current(text), text, text, Duration.ofMillis(3)));
      }
      var query = Secrets.byId("app/db", "v1");
      events.addAll(ofEveryKind(query, "", "", Duration.ofNanos(-1)));
      events.addAll(ofEveryKind(query, "", "", Duration.ofSeconds(Long.MAX_VALUE, 999_999_999)));
      var large = "x\n".repeat(100_000);
      events.addAll(
          ofEveryKind(Secrets.byStage("app/db", "ACSPrevious"), large, large, Duration.ZERO));
      var receiver = Examples.direct(handlers());
      assertThatCode(() -> events.parallelStream().forEach(receiver::publish))
          .doesNotThrowAnyException();
    }

    /** A random marker is the secret's value, and is looked for in everything that they see. */
    @Test
    void show_operators_no_secret() {
      var query = Secrets.current("app/db");
      var cache = new FakeSecretCache();
      cache.store(query, Secrets.entry(Secrets.text("app/db", "v1", marker), time.instant()));
      metrics.watch(cache::occupancy);
      var events = fanOut(handlers().toArray(EventHandler.Typed<?>[]::new));
      ofEveryKind(query, marker, "said", Duration.ofMillis(3)).forEach(events::publish);

      assertThat(log.lines()).hasSizeGreaterThan(50).noneMatch(this::tells);
      assertThat(audited).hasSizeGreaterThan(1).noneMatch(this::tells);
      assertThat(Examples.scraped(metrics))
          .hasSizeGreaterThan(100)
          .noneMatch(line -> tells(line) || line.contains("app/db"));
      var dependencies = new TreeMap<>(health.readiness().dependencies());
      assertThat(dependencies.toString()).doesNotMatch(this::tells);
      // What names secrets is shown to the operator alone.
      dependencies.replaceAll((_, it) -> it.naming(List.of()));
      assertThat(dependencies.toString())
          .contains("kms", "token", "shared_cache")
          .doesNotContain("app/db");
    }

    private boolean tells(String line) {
      var base64 = Base64.getEncoder().encodeToString(marker.getBytes(StandardCharsets.UTF_8));
      return line.contains(marker) || line.contains(base64);
    }

    private static List<AgentEvent> ofEveryKind(
        SecretQuery query, String value, String said, Duration took) {
      return Events.ofEveryKind(query, Secrets.text(query.name().value(), "v1", value), said, took);
    }
  }
}
