package dev.kmsagent.domain.port.in;

import dev.kmsagent.domain.Health;

/** In-port: reports the health of the agent. Thread-safe; never blocks. */
public interface ReportHealth {
  /** Whether the process works: {@code /healthz}. */
  Health liveness();

  /** Whether what an application begins with is there, or never will be: {@code /startupz}. */
  Health startup();

  /** Whether the agent can serve clients: {@code /readyz}. */
  Health readiness();
}
