package dev.kmsagent.domain.port;

/**
 * Out-port: what operators want to see leaves the agent through here. Thread-safe. Receivers are
 * quick and never throw: they stand on the way of every request.
 */
@FunctionalInterface
public interface AgentEvents {
  void publish(AgentEvent event);
}
