package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.domain.CacheEntry;
import java.time.Instant;

/** What came of looking for an entry in the store. */
sealed interface Look {
  /** It is there, as good as this agent's rules allow. */
  record Found(CacheEntry entry) implements Look {}

  /** None that can be used. */
  record Nothing() implements Look {}

  /** KMS refused it to another agent; what was read until then must not be served. */
  record Revoked(Instant at) implements Look {}

  /** The store did not answer. */
  record Unanswered() implements Look {}
}
