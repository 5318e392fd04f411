package dev.kmsagent.application;

import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.port.NamePrincipal;
import java.util.Optional;

/** A principal, which is unknown until the test names one. */
final class FakeIdentity implements NamePrincipal {
  private volatile Optional<Principal> principal = Optional.empty();

  void become(String name) {
    principal = Optional.of(new Principal(name));
  }

  @Override
  public Optional<Principal> principal() {
    return principal;
  }
}
