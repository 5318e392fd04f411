package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.event.AgentEvent;

/** Handles the events of one type: a subject, or a single kind of event. Thread-safe. */
public abstract class EventHandler<E extends AgentEvent> {
  private final Class<? extends E> type;

  /** A handler that receives the events of this type. */
  EventHandler(Class<? extends E> type) {
    this.type = type;
  }

  final Class<? extends E> type() {
    return type;
  }

  /** Handles one event. It does not block. */
  public abstract void handle(E event);
}
