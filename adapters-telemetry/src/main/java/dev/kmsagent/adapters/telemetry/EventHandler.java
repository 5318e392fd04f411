package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.event.AgentEvent;

/** Handles events of one type. Thread-safe. */
@FunctionalInterface
public interface EventHandler<E extends AgentEvent> {
  /** Handles one event. It does not block. */
  void handle(E event);

  /** A handler and the type of its events: a subject, or a single kind of event. */
  record Typed<E extends AgentEvent>(Class<? extends E> type, EventHandler<E> handler) {}
}
