package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.port.out.SecretCache;
import dev.kmsagent.domain.port.out.TenantCaches;
import java.util.function.BiFunction;

/**
 * Caches of several roles over one store, each in the partition of its role, with copies in the
 * caches of {@code local}. Closing one leaves the store open. Thread-safe.
 *
 * @param sharing gives the cache of a role, over the one with its copies
 */
public record SharedTenantCaches(
    TenantCaches local, BiFunction<SecretCache, Principal, SharedSecretCache> sharing)
    implements TenantCaches {
  @Override
  public SecretCache open(Principal role) {
    return sharing.apply(local.open(role), role);
  }

  @Override
  public void close(SecretCache cache) {
    var shared = (SharedSecretCache) cache;
    shared.close();
    local.close(shared.local());
  }
}
