package dev.kmsagent.domain.port;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Out-port: where read secrets are kept. Thread-safe. It keeps an entry whatever its age: what may
 * be served is decided by the freshness rules. It may drop any entry for lack of room. Whatever
 * stands behind it, nothing here throws or fails because that is down.
 */
public interface SecretCache {
  /** What is at hand in this process and not known to be outdated, without waiting for anything. */
  Optional<CacheEntry> find(SecretQuery query);

  /**
   * What there is where {@link #find} found nothing: what the others who share this cache have, or
   * what is at hand here while they cannot be asked. Completes by {@code deadline} at the latest,
   * never exceptionally; on return for a cache that nobody shares.
   */
  CompletionStage<Optional<CacheEntry>> findShared(SecretQuery query, Instant deadline);

  /** Keeps {@code entry}, unless one that was read later is kept already. */
  void store(SecretQuery query, CacheEntry entry);

  /** Every query with this plain name for which something is kept in this process. */
  Set<SecretQuery> cachedQueries(SecretName plainName);

  /** Drops what is kept for {@code query}, here and for all who share this cache. */
  void evict(SecretQuery query);

  /**
   * Drops what is kept under this plain name, in every version and spelling, here and for all who
   * share this cache.
   */
  void evictAll(SecretName plainName);

  /**
   * Asks for the right to read {@code query} from KMS, so that of all the agents that share this
   * cache one does. Completes with {@link LeadDecision.Supplied} when another agent has stored a
   * fresh entry that was read after {@code readAfter}; else with {@link LeadDecision.Lead}, by
   * {@code deadline} at the latest, never exceptionally.
   */
  CompletionStage<LeadDecision> requestLead(SecretQuery query, Instant readAfter, Instant deadline);

  /** How much is kept in this process. */
  Occupancy occupancy();

  /** What a cache holds: {@code bytes} as {@link CacheEntry#size()} counts them. */
  record Occupancy(long entries, long bytes) {}
}
