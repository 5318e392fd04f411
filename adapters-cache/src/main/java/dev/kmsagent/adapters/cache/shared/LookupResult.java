package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.CacheEntry.Freshness;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.event.CacheEvent.SharedRead;
import java.time.Instant;
import java.util.Optional;

/**
 * What a look-up in the store means for this agent. All dates are by the agent's clock, except
 * {@link Known#at}.
 */
sealed interface LookupResult {
  /**
   * What is known of an entry once the answer of the store is noted.
   *
   * @param entry the latest in the store that is not revoked; empty if the answer is not complete
   * @param at when the latest that is not revoked was read from KMS, by the store's clock
   * @param since when this agent saw {@code entry} first; empty if it knows a later reading
   * @param revokedAt the latest revocation
   * @param isComplete whether the store answered for every encryption key
   */
  record Known(
      EntryKey key,
      Optional<CacheEntry> entry,
      Optional<Instant> at,
      Optional<Instant> since,
      Optional<Instant> revokedAt,
      boolean isComplete) {}

  /** An entry, as fresh as this agent's policy allows. */
  record Found(CacheEntry entry) implements LookupResult {}

  /** No entry that can be used. */
  record Nothing(SharedRead reason) implements LookupResult {}

  /** KMS refused it to an agent; what was read up to then must not be served. */
  record Revoked(Instant at) implements LookupResult {}

  /** The store did not answer. */
  record Unanswered() implements LookupResult {}

  /** Judges the latest entry by what is known of it. */
  static LookupResult of(Known known, FreshnessPolicy policy, Instant now) {
    if (known.at().isEmpty() && known.revokedAt().isPresent()) {
      return new Revoked(known.revokedAt().get());
    }
    if (!known.isComplete()) {
      return new Unanswered();
    }
    var entry = known.entry().filter(it -> it.freshness(now) != Freshness.EXPIRED);
    if (entry.isEmpty()) {
      return new Nothing(SharedRead.ABSENT);
    }
    return known.since().isEmpty()
        ? new Nothing(SharedRead.OUTDATED)
        : new Found(policy.limit(entry.get(), known.since().get()));
  }
}
