package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.port.NamePrincipal;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A principal that the test confirms, changes and takes away. */
final class TestIdentity implements NamePrincipal {
  private volatile CompletableFuture<Optional<Principal>> confirmed = new CompletableFuture<>();

  static TestIdentity of(String principal) {
    var identity = new TestIdentity();
    identity.become(principal);
    return identity;
  }

  void become(String principal) {
    settle(Optional.of(new Principal(principal)));
  }

  void refuse() {
    settle(Optional.empty());
  }

  private void settle(Optional<Principal> principal) {
    if (!confirmed.complete(principal)) {
      confirmed = CompletableFuture.completedFuture(principal);
    }
  }

  @Override
  public Optional<Principal> principal() {
    return confirmed.getNow(Optional.empty());
  }

  @Override
  public CompletionStage<Optional<Principal>> confirmed() {
    return confirmed;
  }
}
