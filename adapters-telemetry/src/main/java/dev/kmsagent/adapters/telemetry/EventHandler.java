package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.port.AgentEvent;

/** Handles the events of one type: a subject, or a single kind of event. Thread-safe. */
public interface EventHandler<E extends AgentEvent> {
  /** The type of the events that this handler receives; read once, before the first event. */
  Class<? extends E> type();

  /** Handles one event. It does not block. */
  void handle(E event);
}
