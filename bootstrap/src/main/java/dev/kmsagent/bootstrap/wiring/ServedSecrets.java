package dev.kmsagent.bootstrap.wiring;

import dev.kmsagent.adapters.http.AgentHttpServer.Secrets;
import dev.kmsagent.domain.port.SecretCache.Occupancy;
import java.time.Duration;

/** Whose secrets the agent serves, with the caches that it has of them. Thread-safe. */
interface ServedSecrets {
  /** For the server. */
  Secrets secrets();

  /** What all caches hold. */
  Occupancy occupancy();

  /** Obtains what reads need, in the background. */
  void start();

  /** Stops what changes who is served. Reads under way go on. */
  void stop();

  /** Ends after the last read; what it has read may take at most so long to be written. */
  void close(Duration patience);
}
