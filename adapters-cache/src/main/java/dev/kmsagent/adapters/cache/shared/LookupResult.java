package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.domain.CacheEntry;
import java.time.Instant;

/** What came of looking for an entry in the store. */
sealed interface LookupResult {
  /** It is there, as good as this agent's rules allow. */
  record Found(CacheEntry entry) implements LookupResult {}

  /** None that can be used. */
  record Nothing() implements LookupResult {}

  /** KMS refused it to another agent; what was read until then must not be served. */
  record Revoked(Instant at) implements LookupResult {}

  /** The store did not answer. */
  record Unanswered() implements LookupResult {}
}
