package dev.kmsagent.benchmarks;

import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.port.out.NamePrincipal;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A principal that is known from the start. */
final class ConfirmedIdentity implements NamePrincipal {
  private final Optional<Principal> principal =
      Optional.of(new Principal("acs:ram::1234567890123456:role/orders"));

  @Override
  public Optional<Principal> principal() {
    return principal;
  }

  @Override
  public CompletionStage<Optional<Principal>> confirmed() {
    return CompletableFuture.completedStage(principal);
  }
}
