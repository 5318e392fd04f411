package dev.kmsagent.testkit;

import dev.kmsagent.domain.port.out.SecretCache;

final class FakeSecretCacheTest implements SecretCacheContract {
  private final SecretCache cache = new FakeSecretCache();

  @Override
  public SecretCache cache() {
    return cache;
  }
}
