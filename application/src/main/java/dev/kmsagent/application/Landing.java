package dev.kmsagent.application;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.NoSecret;

/** How a flight ended. */
sealed interface Landing {
  /** With the secret, read from KMS or supplied by another agent. */
  record Brought(CacheEntry entry) implements Landing {}

  /** Without. */
  record CameEmpty(NoSecret reason) implements Landing {}
}
