package dev.kmsagent.domain.port;

import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.SecretQuery;
import java.util.concurrent.CompletionStage;

/** In-port: a client wants a secret. Thread-safe. */
public interface RetrieveSecret {
  /**
   * Answers from the cache or from KMS. The stage is complete on return when the cache could
   * answer; otherwise it completes within the request's deadline, never exceptionally.
   */
  CompletionStage<Retrieval> retrieve(SecretQuery query, ReadMode mode);
}
