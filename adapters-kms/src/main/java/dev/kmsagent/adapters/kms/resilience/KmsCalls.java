package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.SecretQuery;
import java.time.Instant;
import java.util.concurrent.CompletionStage;

/** Single calls of KMS, each signed with a given key. Thread-safe; a call does not block. */
@FunctionalInterface
public interface KmsCalls {
  /** Calls KMS once; the call is given up at {@code deadline}. */
  CompletionStage<FetchOutcome> call(SecretQuery query, SigningKey signingKey, Instant deadline);
}
