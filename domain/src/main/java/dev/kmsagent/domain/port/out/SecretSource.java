package dev.kmsagent.domain.port.out;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.SecretQuery;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Out-port: reads secrets from KMS. Thread-safe; decorators of it add resilience. */
public interface SecretSource {
  /**
   * Reads a secret. Never blocks. The stage completes by {@code deadline} ({@code Unavailable} with
   * cause {@code DEADLINE} at the latest), never exceptionally.
   */
  CompletionStage<FetchOutcome> fetch(SecretQuery query, Instant deadline);

  /** Why it has no key to read with, so that only cached secrets are served; empty if it has. */
  default Optional<NoSecret> missingKey() {
    return Optional.empty();
  }
}
