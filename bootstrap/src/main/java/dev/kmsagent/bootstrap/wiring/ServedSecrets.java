package dev.kmsagent.bootstrap.wiring;

import dev.kmsagent.adapters.http.AgentHttpServer.Secrets;
import dev.kmsagent.domain.port.out.SecretCache.Occupancy;

/** Whose secrets the agent serves, with the caches that it has of them. Thread-safe. */
interface ServedSecrets {
  /** For the server. */
  Secrets secrets();

  /** What all caches hold. */
  Occupancy occupancy();

  /** Begins to obtain keys, beside the start of the server: the first read waits for them. */
  void prepare();

  /** Obtains what else reads need, in the background. */
  void start();

  /** After the last request: stops what changes who is served. */
  void stop();
}
