package dev.kmsagent.domain;

/** How the cache contributed to an answer: the states of {@code Cache-Status} (RFC 9211). */
public enum CacheState {
  /** Fresh from the cache. */
  HIT,
  /** Past its TTL from the cache, since KMS could not answer (in time). */
  STALE,
  /** From KMS: nothing was cached. */
  MISS,
  /** From KMS: what was cached had lapsed. */
  REVALIDATED,
  /** From KMS: the client asked for it. */
  REFRESHED
}
