package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.Health.Dependency;
import dev.kmsagent.domain.port.AgentEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** Derives the health of dependencies from the events of one subject. Thread-safe. */
abstract class HealthHandler<E extends AgentEvent> extends EventHandler<E> {
  HealthHandler(Class<E> type) {
    super(type);
  }

  /** The dependencies known from events, by name, as of {@code now}. */
  abstract Map<String, Dependency> dependencies(Instant now);

  /** Whole seconds; 0 if the clock was set back. */
  static long secondsBetween(Instant from, Instant to) {
    return Math.max(0, Duration.between(from, to).toSeconds());
  }

  /** A sentence without its full stop, to be continued. */
  static String clause(String sentence) {
    return sentence.replaceFirst("[.]$", "");
  }
}
