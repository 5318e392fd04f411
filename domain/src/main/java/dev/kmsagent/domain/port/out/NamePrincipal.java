package dev.kmsagent.domain.port.out;

import dev.kmsagent.domain.Principal;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Out-port: names the principal that calls KMS. Thread-safe; never blocks. */
public interface NamePrincipal {
  /**
   * The principal, as whoever issues its keys confirmed it; empty until then, after it was refused,
   * and where the credentials name none.
   */
  Optional<Principal> principal();

  /**
   * The same as soon as the attempt to have it confirmed has ended that is under way; complete on
   * return where it is confirmed, never exceptional.
   */
  default CompletionStage<Optional<Principal>> confirmed() {
    return CompletableFuture.completedStage(principal());
  }
}
