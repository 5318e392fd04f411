package dev.kmsagent.application.tenants;

import dev.kmsagent.domain.port.out.TenantCaches;
import dev.kmsagent.testkit.TenantCachesContract;

final class PodBenchTest implements TenantCachesContract {
  private final TenantCaches caches = new PodBench.Caches();

  @Override
  public TenantCaches caches() {
    return caches;
  }
}
