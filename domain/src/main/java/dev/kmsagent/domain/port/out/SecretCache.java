package dev.kmsagent.domain.port.out;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.CachedSecret;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Out-port: stores secrets that were read from KMS. Thread-safe. It keeps entries of any age:
 * {@link dev.kmsagent.domain.FreshnessDecision} decides what is served. It may evict any entry for
 * lack of room. No method throws or fails because a store behind the cache is down.
 */
public interface SecretCache {
  /** The entry in this process unless it is known to be outdated. Never blocks. */
  Optional<CacheEntry> find(SecretQuery query);

  /**
   * The entry of the agents that share this cache, or, if their store is unavailable, the entry in
   * this process. Completes by {@code deadline}, never exceptionally; a cache that is not shared
   * completes it on return, and finds nothing.
   */
  CompletionStage<Optional<CacheEntry>> findShared(SecretQuery query, Instant deadline);

  /** What an entry for this cache has to hold of {@code secret} besides its representation. */
  CachedSecret needed(Secret secret);

  /** Stores {@code entry} unless the cache has one that was read later. */
  void store(SecretQuery query, CacheEntry entry);

  /** The queries for names that end in this plain name and have an entry in this process. */
  Set<SecretQuery> cachedQueries(SecretName plainName);

  /**
   * Evicts the entry of {@code query}, here at once, and for all agents that share this cache. The
   * stage completes, never exceptionally, once a restart of this process cannot bring it back, or
   * after half a second.
   */
  CompletionStage<?> evict(SecretQuery query);

  /**
   * Evicts all entries of this name, in every version, here and for all agents that share this
   * cache. With a name of the agent's own account, a shared cache evicts them under its other name
   * as well: plain or ARN. The stage is as that of {@link #evict}.
   */
  CompletionStage<?> evictAll(SecretName name);

  /**
   * Requests the right to read {@code query} from KMS, so that one of the agents that share this
   * cache does. Completes with {@link LeadDecision.Supplied} when another agent has stored a fresh
   * entry that was read after {@code readAfter}; else with {@link LeadDecision.Lead}, by {@code
   * deadline} at the latest, never exceptionally.
   */
  CompletionStage<LeadDecision> requestLead(SecretQuery query, Instant readAfter, Instant deadline);

  /** The number and size of the entries in this process. */
  Occupancy occupancy();

  /** The contents of a cache: {@code bytes} as {@link CacheEntry#size()} counts them. */
  record Occupancy(long entries, long bytes) {}
}
