package dev.kmsagent.domain.port;

import dev.kmsagent.domain.PodIdentity;
import java.util.Optional;

/** In-port: the secrets of a caller that was admitted. Thread-safe; never blocks. */
public interface CallerAccess {
  /**
   * Retrieves the secrets of the caller's role; empty once its token has ended, or the grant of the
   * role has to be confirmed anew: then the caller must be admitted again.
   */
  Optional<RetrieveSecret> secrets();

  /** Who was admitted. */
  PodIdentity identity();
}
