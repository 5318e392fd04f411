package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.port.out.SecretCache;
import dev.kmsagent.domain.port.out.TenantCaches;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;

/**
 * Caches of several roles over one store, each in the partition of its role, with copies in the
 * caches of {@code local}. Closing one leaves the store open. Thread-safe.
 */
public final class SharedTenantCaches implements TenantCaches {
  private final TenantCaches local;
  private final BiFunction<SecretCache, Principal, SharedSecretCache> sharing;
  private final Map<SecretCache, SecretCache> copies = new ConcurrentHashMap<>();

  /**
   * @param sharing gives the cache of a role, over the one with its copies
   */
  public SharedTenantCaches(
      TenantCaches local, BiFunction<SecretCache, Principal, SharedSecretCache> sharing) {
    this.local = local;
    this.sharing = sharing;
  }

  @Override
  public SecretCache open(Principal role) {
    var tier = local.open(role);
    var cache = sharing.apply(tier, role);
    copies.put(cache, tier);
    return cache;
  }

  /** Completes once all that was to be written up to now is written, or was not taken. */
  public CompletionStage<Void> drain() {
    return CompletableFuture.allOf(
        copies.keySet().stream()
            .map(cache -> ((SharedSecretCache) cache).drain().toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new));
  }

  @Override
  public void close(SecretCache cache) {
    var tier = copies.remove(cache);
    if (tier != null) {
      local.close(tier);
      ((SharedSecretCache) cache).close();
    }
  }
}
