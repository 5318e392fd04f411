package dev.kmsagent.adapters.cache.crypto;

import dev.kmsagent.domain.Secret;
import java.time.Instant;

/** The content of an envelope. */
public sealed interface Content {
  /** When KMS was called: of two contents the later one counts. */
  Instant at();

  /** When it expires. */
  Instant end();

  /**
   * A secret with the dates of the agent that read it. Each agent renders it by itself.
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

  /** A tombstone: KMS refused it, and what was read up to {@code at} must not be served. */
  record Tombstone(Instant at, Instant end) implements Content {}
}
