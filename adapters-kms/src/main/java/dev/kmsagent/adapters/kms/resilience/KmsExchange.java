package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.SecretQuery;
import java.util.concurrent.CompletableFuture;

/** Exchanges with KMS: one request, signed with a given key, and its answer. Thread-safe. */
@FunctionalInterface
public interface KmsExchange {
  /**
   * Begins an exchange; does not block. It has no time limit: the caller breaks it off by
   * completing the future.
   */
  CompletableFuture<FetchOutcome> begin(SecretQuery query, SigningKey signingKey);
}
