package dev.kmsagent.domain.port;

import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.SecretQuery;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** In-port: a client wants a secret. Thread-safe. */
public interface RetrieveSecret {
  /**
   * What the cache answers with nothing to be done besides: a value that is fresh, or one that
   * stands in for KMS, while no refresh of it is due. It waits for nothing, takes no lock and
   * starts nothing, so that any thread may call it. Empty means that {@link #retrieve} is to be
   * asked, and nothing else.
   */
  Optional<Found> findCached(SecretQuery query);

  /**
   * What the cache may answer a reader with who cannot be let wait: also a value whose refresh is
   * due, and a lapsed one that may stand in; the refresh goes on without the reader. It waits for
   * nothing. Empty means that nothing may be given without waiting.
   */
  Optional<Found> findWithoutWaiting(SecretQuery query);

  /**
   * Answers from the cache or from KMS. The stage is complete on return when the cache could
   * answer; otherwise it completes within the request's deadline, never exceptionally.
   */
  CompletionStage<Retrieval> retrieve(SecretQuery query, ReadMode mode);
}
