package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.SecretCache;
import dev.kmsagent.testkit.ForwardingSecretCache;

/** A cache to which something else happens right after it has evicted an entry. */
final class BusySecretCache extends ForwardingSecretCache {
  private Runnable afterEviction = () -> {};

  BusySecretCache(SecretCache inner) {
    super(inner);
  }

  void afterEviction(Runnable work) {
    afterEviction = work;
  }

  @Override
  public void evict(SecretQuery query) {
    super.evict(query);
    afterEviction.run();
  }
}
