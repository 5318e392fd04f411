package dev.kmsagent.testkit;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.CachedSecret;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.domain.port.SecretCache;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** A cache that is another one but for what a subclass does differently. As thread-safe as that. */
public abstract class ForwardingSecretCache implements SecretCache {
  private final SecretCache inner;

  protected ForwardingSecretCache(SecretCache inner) {
    this.inner = inner;
  }

  @Override
  public Optional<CacheEntry> find(SecretQuery query) {
    return inner.find(query);
  }

  @Override
  public CompletionStage<Optional<CacheEntry>> findShared(SecretQuery query, Instant deadline) {
    return inner.findShared(query, deadline);
  }

  @Override
  public CachedSecret needed(Secret secret) {
    return inner.needed(secret);
  }

  @Override
  public void store(SecretQuery query, CacheEntry entry) {
    inner.store(query, entry);
  }

  @Override
  public Set<SecretQuery> cachedQueries(SecretName plainName) {
    return inner.cachedQueries(plainName);
  }

  @Override
  public void evict(SecretQuery query) {
    inner.evict(query);
  }

  @Override
  public void evictAll(SecretName name) {
    inner.evictAll(name);
  }

  @Override
  public CompletionStage<LeadDecision> requestLead(
      SecretQuery query, Instant readAfter, Instant deadline) {
    return inner.requestLead(query, readAfter, deadline);
  }

  @Override
  public Occupancy occupancy() {
    return inner.occupancy();
  }
}
