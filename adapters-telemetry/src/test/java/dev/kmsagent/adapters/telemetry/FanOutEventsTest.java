package dev.kmsagent.adapters.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.AgentEvent;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.LifecycleEvent;
import dev.kmsagent.domain.port.LifecycleEvent.PrefetchFinished;
import dev.kmsagent.domain.port.LifecycleEvent.TokenReloaded;
import dev.kmsagent.domain.port.ReadEvent.RequestRejected;
import dev.kmsagent.testkit.Events;
import dev.kmsagent.testkit.LogRecorder;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class FanOutEventsTest {
  private final VirtualTime time = new VirtualTime();
  private final LogRecorder log = LogRecorder.ofOwnLogger();
  private final RecordingEvents first = new RecordingEvents();
  private final RecordingEvents last = new RecordingEvents();

  @Test
  void all_handlers_take_anything_from_many_threads() {
    var receiver =
        Examples.direct(
            Stream.of(
                    new MetricsEvents(time, CredentialOrigin.ISSUED, "1.2.3").handlers(),
                    new HealthEvents(time, 1, CredentialOrigin.ISSUED, Optional.empty()).handlers(),
                    new LoggingEvents(time, CredentialOrigin.ISSUED, log.withDebug().logger())
                        .handlers(),
                    List.of(new AuditEvents(new CapturedTrail())))
                .<EventHandler<?>>flatMap(List::stream)
                .toList());
    var events =
        new ArrayList<AgentEvent>(
            List.of(
                new RequestRejected(-1, ""),
                new PrefetchFinished(Integer.MAX_VALUE, Integer.MIN_VALUE)));
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
    for (var took :
        List.of(
            Duration.ZERO, Duration.ofNanos(-1), Duration.ofSeconds(Long.MAX_VALUE, 999_999_999))) {
      events.addAll(ofEveryKind(Secrets.byId("app/db", "v1"), "", "", took));
    }
    var large = "x\n".repeat(100_000);
    events.addAll(
        ofEveryKind(Secrets.byStage("app/db", "ACSPrevious"), large, large, Duration.ZERO));
    assertThatCode(() -> events.parallelStream().forEach(receiver::publish))
        .doesNotThrowAnyException();
  }

  private static List<AgentEvent> ofEveryKind(
      SecretQuery query, String value, String said, Duration took) {
    return Events.ofEveryKind(query, Secrets.text(query.name().value(), "v1", value), said, took);
  }

  @Test
  void every_receiver_gets_every_event_in_order() {
    var fanOut = fanOut(all(first), all(last));
    fanOut.publish(new TokenReloaded());
    fanOut.publish(new RequestRejected(404, "InvalidPath"));
    assertThat(first.all())
        .containsExactly(new TokenReloaded(), new RequestRejected(404, "InvalidPath"));
    assertThat(last.all()).isEqualTo(first.all());
  }

  @Test
  void a_receiver_that_fails_is_named_keeps_nothing_from_others_and_is_not_quoted() {
    fanOut(all(first), new Failing(), all(last)).publish(new TokenReloaded());
    assertThat(first.all()).hasSize(1);
    assertThat(last.all()).hasSize(1);
    assertThat(log.lines())
        .singleElement()
        .asString()
        .startsWith("ERROR event_receiver_failed")
        .contains("$Failing", "event=TokenReloaded", "java.lang.LinkageError")
        .doesNotContain("hunter2");
  }

  @Test
  void a_receiver_that_goes_on_failing_is_a_line_in_half_a_minute() {
    var fanOut = fanOut(new Failing());
    for (var second = 0; second < 60; second++) {
      fanOut.publish(new TokenReloaded());
      time.advance(Duration.ofSeconds(1));
    }
    assertThat(log.lines()).hasSize(2);
  }

  @Test
  void a_handler_receives_the_events_of_its_type_alone() {
    var fanOut =
        new FanOutEvents(
            List.of(
                new Handler<>(LifecycleEvent.class, first),
                new Handler<>(RequestRejected.class, last)),
            time,
            log.logger());
    fanOut.publish(new TokenReloaded());
    fanOut.publish(new RequestRejected(404, "InvalidPath"));
    assertThat(first.all()).containsExactly(new TokenReloaded());
    assertThat(last.all()).containsExactly(new RequestRejected(404, "InvalidPath"));
  }

  private FanOutEvents fanOut(EventHandler<?>... handlers) {
    return new FanOutEvents(List.of(handlers), time, log.logger());
  }

  private static Handler<AgentEvent> all(AgentEvents to) {
    return new Handler<>(AgentEvent.class, to);
  }

  private static final class Handler<E extends AgentEvent> extends EventHandler<E> {
    private final AgentEvents to;

    Handler(Class<E> type, AgentEvents to) {
      super(type);
      this.to = to;
    }

    @Override
    public void handle(E event) {
      to.publish(event);
    }
  }

  private static final class Failing extends EventHandler<AgentEvent> {
    Failing() {
      super(AgentEvent.class);
    }

    @Override
    public void handle(AgentEvent event) {
      throw new LinkageError("hunter2");
    }
  }
}
