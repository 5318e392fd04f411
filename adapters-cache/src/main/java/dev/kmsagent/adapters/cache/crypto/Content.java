package dev.kmsagent.adapters.cache.crypto;

import dev.kmsagent.domain.Secret;
import java.time.Instant;

/** What is sealed. */
public sealed interface Content {
  /** When KMS was asked: of two contents the one that is later counts. */
  Instant at();

  /** Until when it is of use. */
  Instant end();

  /**
   * A secret with the dates of the agent that read it; how clients get it is each agent's own.
   *
   * @param at when the call to KMS that gave it began
   */
  record Entry(Secret secret, Instant at, Instant refreshAt, Instant freshUntil, Instant staleUntil)
      implements Content {
    @Override
    public Instant end() {
      return staleUntil;
    }
  }

  /** KMS refused it: what was read until {@code at} must not be served. */
  record Revocation(Instant at, Instant end) implements Content {}
}
