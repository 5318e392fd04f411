package dev.kmsagent.domain.port.out;

import dev.kmsagent.domain.event.AgentEvent;

/**
 * Out-port: publishes events for operators. Thread-safe. Receivers return quickly and never throw,
 * since each request calls them.
 */
@FunctionalInterface
public interface AgentEvents {
  void publish(AgentEvent event);
}
