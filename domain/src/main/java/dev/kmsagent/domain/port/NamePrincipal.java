package dev.kmsagent.domain.port;

import dev.kmsagent.domain.Principal;
import java.util.Optional;

/** Port: tells as whom KMS is called. Thread-safe, never waits. */
@FunctionalInterface
public interface NamePrincipal {
  /**
   * The principal, as whoever issues its keys confirmed it; empty until then, after it was refused,
   * and where the credentials name none.
   */
  Optional<Principal> principal();
}
