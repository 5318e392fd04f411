package dev.kmsagent.testkit;

import dev.kmsagent.domain.port.out.SecretSource;

final class FakeSecretSourceTest implements VirtualSecretSourceContract {
  private final VirtualTime time = new VirtualTime();
  private final FakeSecretSource source = new FakeSecretSource(time);

  @Override
  public SecretSource source() {
    return source;
  }

  @Override
  public FakeSecretSource kms() {
    return source;
  }

  @Override
  public VirtualTime time() {
    return time;
  }
}
