package dev.kmsagent.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.AgentEvent;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.LifecycleEvent.PrefetchFinished;
import dev.kmsagent.domain.port.ReadEvent.RequestRejected;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every receiver of {@link AgentEvents} does: it takes anything, from any thread. */
public interface AgentEventsContract {
  /** The receiver under test: the same throughout a test. */
  AgentEvents receiver();

  @Test
  default void it_takes_events_of_every_kind() {
    assertTakes(ofEveryKind("app/db", "Rejected.Throttling", Duration.ofMillis(3)));
  }

  @Test
  default void it_takes_names_and_messages_of_any_kind() {
    var odd =
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
            "x".repeat(512));
    assertThat(odd).allSatisfy(text -> assertTakes(ofEveryKind(text, text, Duration.ofMillis(3))));
  }

  @Test
  default void it_takes_messages_with_nothing_or_a_great_deal_in_them() {
    assertTakes(ofEveryKind("app/db", "", Duration.ofMillis(3)));
    assertTakes(ofEveryKind("app/db", "x\n".repeat(100_000), Duration.ofMillis(3)));
  }

  @Test
  default void it_takes_durations_of_any_length() {
    var odd =
        List.of(
            Duration.ZERO, Duration.ofNanos(-1), Duration.ofSeconds(Long.MAX_VALUE, 999_999_999));
    assertThat(odd).allSatisfy(took -> assertTakes(ofEveryKind("app/db", "late", took)));
  }

  @Test
  default void it_takes_values_of_any_length() {
    var empty = Secrets.text("app/db", "v1", "");
    var large = Secrets.text("app/db", "v1", "x".repeat(1024 * 1024));
    assertTakes(Events.ofEveryKind(Secrets.current("app/db"), empty, "said", Duration.ZERO));
    assertTakes(Events.ofEveryKind(Secrets.current("app/db"), large, "said", Duration.ZERO));
  }

  @Test
  default void it_takes_queries_for_any_version() {
    var queries = List.of(Secrets.byId("app/db", "v1"), Secrets.byStage("app/db", "ACSPrevious"));
    assertThat(queries).allSatisfy(query -> assertTakes(ofEveryKind(query)));
  }

  @Test
  default void it_takes_numbers_that_make_no_sense() {
    assertTakes(
        List.of(
            new RequestRejected(-1, ""),
            new PrefetchFinished(0, 0),
            new PrefetchFinished(Integer.MAX_VALUE, Integer.MIN_VALUE)));
  }

  @Test
  default void it_takes_events_from_many_threads_at_once() throws InterruptedException {
    var events = ofEveryKind("app/db", "said", Duration.ofMillis(3));
    Callable<Void> work =
        () -> {
          assertTakes(events);
          return null;
        };
    try (var threads = Executors.newFixedThreadPool(8)) {
      for (var done : threads.invokeAll(Collections.nCopies(64, work))) {
        assertThat(done.state()).isEqualTo(Future.State.SUCCESS);
      }
    }
  }

  private void assertTakes(List<AgentEvent> events) {
    assertThat(events)
        .allSatisfy(
            event -> assertThatCode(() -> receiver().publish(event)).doesNotThrowAnyException());
  }

  private static List<AgentEvent> ofEveryKind(String name, String said, Duration took) {
    return Events.ofEveryKind(Secrets.current(name), secret(name), said, took);
  }

  private static List<AgentEvent> ofEveryKind(SecretQuery query) {
    return Events.ofEveryKind(query, secret("app/db"), "said", Duration.ofMillis(3));
  }

  private static Secret secret(String name) {
    return Secrets.text(name, "v1", "hunter2");
  }
}
