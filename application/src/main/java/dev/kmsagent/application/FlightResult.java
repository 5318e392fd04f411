package dev.kmsagent.application;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.NoSecret;

/** How a flight ended. */
sealed interface FlightResult {
  /** With the secret, read from KMS or supplied by another agent. */
  record Obtained(CacheEntry entry) implements FlightResult {}

  /** Without. */
  record Failed(NoSecret reason) implements FlightResult {}
}
