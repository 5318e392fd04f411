package dev.kmsagent.domain.port.in;

import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Requester;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.Revision;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.VersionId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** In-port: retrieves secrets for clients. Thread-safe. */
public interface RetrieveSecret {
  /**
   * The cached secret if it can be served without a refresh: fresh, or stale while KMS is
   * unavailable. Never blocks, takes no lock and starts nothing, so that any thread may call it.
   * Empty: {@link #retrieve} it.
   */
  Optional<Found> lookUp(SecretQuery query);

  /**
   * The cached secret if it can be served without waiting: also one whose refresh is due, and a
   * lapsed one that may be served stale; both are refreshed in the background. Never blocks. Empty:
   * nothing can be served without waiting.
   */
  Optional<Found> findWithoutWaiting(SecretQuery query);

  /**
   * The same retrieval for clients that accept no value staler than {@code maxStale}, which bounds
   * staleness besides the configuration; zero: fresh values only.
   */
  RetrieveSecret withMaxStale(Duration maxStale);

  /** The same retrieval for this requester, who is named wherever reads are recorded. */
  default RetrieveSecret by(Requester requester) {
    return this;
  }

  /**
   * Retrieves the secret from the cache or from KMS. The stage is complete on return if the cache
   * has it; otherwise it completes by the request's deadline, never exceptionally.
   */
  CompletionStage<Retrieval> retrieve(SecretQuery query, ReadMode mode);

  /**
   * Retrieves another version than those that a system did not accept as a credential: the cached
   * one, if it is another; else KMS is asked, once for all who ask, and after a pause that grows
   * while KMS gives the same. Version ids have no order: any other version will do. {@code
   * Unavailable} with cause {@code NO_NEWER_VERSION} if there is none. The stage completes as that
   * of {@link #retrieve}.
   */
  CompletionStage<Retrieval> retrieveOther(SecretQuery query, Set<VersionId> rejected);

  /**
   * Waits until {@link #retrieve} from the cache may give something else than {@code known}:
   * another revision, a refusal, or that nothing may be served. A value that is stale, or was read
   * again without a change, is none. Meanwhile the secret is read anew when its refresh is due,
   * once for all who wait. Completes by {@code deadline}, never exceptionally, on a thread that
   * must not be held up.
   */
  CompletionStage<?> awaitChange(SecretQuery query, Revision known, Instant deadline);
}
