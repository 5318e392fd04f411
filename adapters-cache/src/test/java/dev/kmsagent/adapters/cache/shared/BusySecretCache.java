package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.SecretCache;
import dev.kmsagent.testkit.ForwardingSecretCache;

/** A cache to which something else happens right before it evicts next, or stores. */
final class BusySecretCache extends ForwardingSecretCache {
  private Runnable beforeNextEviction = () -> {};
  private Runnable beforeStore = () -> {};

  BusySecretCache(SecretCache inner) {
    super(inner);
  }

  void beforeNextEviction(Runnable work) {
    beforeNextEviction = work;
  }

  void beforeStore(Runnable work) {
    beforeStore = work;
  }

  @Override
  public void store(SecretQuery query, CacheEntry entry) {
    beforeStore.run();
    super.store(query, entry);
  }

  @Override
  public void evict(SecretQuery query) {
    var work = beforeNextEviction;
    beforeNextEviction = () -> {};
    work.run();
    super.evict(query);
  }
}
