package dev.kmsagent.testkit;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.port.AgentEvent;
import java.time.Duration;
import java.util.HashSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class EventsTest {
  @Test
  void there_is_an_event_of_every_kind() {
    var events =
        Events.ofEveryKind(
            Secrets.current("app/db"), Secrets.text("app/db", "v1", "x"), "said", Duration.ZERO);
    var kinds = new HashSet<Class<?>>();
    events.forEach(event -> kinds.add(event.getClass()));
    var ofAllSubjects =
        Stream.of(AgentEvent.class.getPermittedSubclasses())
            .flatMap(subject -> Stream.of(subject.getPermittedSubclasses()))
            .collect(toSet());
    assertThat(kinds).isEqualTo(ofAllSubjects);
  }

  @Test
  void there_is_a_reason_for_every_cause() {
    assertThat(Events.reasons("said"))
        .filteredOn(Unavailable.class::isInstance)
        .extracting(reason -> ((Unavailable) reason).cause())
        .containsExactly(Unavailable.Cause.values());
  }
}
