package dev.kmsagent.domain.port;

import dev.kmsagent.domain.Health;

/** Port: tells how the agent does. Thread-safe, never waits. */
public interface ReportHealth {
  /** Whether the process works at all: {@code /healthz}. */
  Health liveness();

  /** Whether clients should be sent to it: {@code /readyz}. */
  Health readiness();
}
