package dev.kmsagent.application;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.NoSecret;

/** The result of a flight. */
sealed interface FlightResult {
  /** The secret, read from KMS or supplied by another agent. */
  record Obtained(CacheEntry entry) implements FlightResult {}

  /** There is no secret. */
  record Failed(NoSecret reason) implements FlightResult {}
}
