package dev.kmsagent.application.tenants;

import dev.kmsagent.domain.port.out.TenantCaches;
import dev.kmsagent.testkit.TenantCachesContract;
import java.util.Map;

final class PodBenchTest implements TenantCachesContract {
  private final TenantCaches caches = new PodBench.Caches(Map.of());

  @Override
  public TenantCaches caches() {
    return caches;
  }
}
