package dev.kmsagent.testkit;

import dev.kmsagent.domain.event.AgentEvent;
import dev.kmsagent.domain.port.out.AgentEvents;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Keeps every event. Thread-safe. */
public final class RecordingEvents implements AgentEvents {
  private final List<AgentEvent> events = Collections.synchronizedList(new ArrayList<>());

  @Override
  public void publish(AgentEvent event) {
    events.add(event);
  }

  /** All events so far, in order. */
  public List<AgentEvent> all() {
    return List.copyOf(events);
  }

  /** The events of one type so far, in order. */
  public <E extends AgentEvent> List<E> of(Class<E> type) {
    return all().stream().filter(type::isInstance).map(type::cast).toList();
  }
}
