package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.SecretRequest;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.port.RetrieveSecret;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Replies to admitted requests for secrets, on a thread that may wait. At most {@code
 * Server.MaxConn} retrievals run at once; further requests get what the cache can give without
 * waiting. The permit is returned before the reply is sent, so that a client that does not read
 * holds none. Thread-safe.
 */
record SecretHandler(Semaphore permits) {
  /** The reply with the outcome that {@link #retrieve} gave for {@code request}. */
  static Reply reply(
      ReplyFactory replies,
      SecretRequest request,
      Optional<Retrieval> outcome,
      List<String> ifNoneMatch) {
    if (outcome.isEmpty()) {
      return replies.rejection(Failure.tooManyRequests());
    }
    if (!(outcome.get() instanceof Found found)) {
      return replies.failure(Failure.of((NoSecret) outcome.get()));
    }
    var field = request.field();
    return field == null
        ? replies.secret(found, ifNoneMatch)
        : new FieldReplies(replies).reply(found, field, ifNoneMatch);
  }

  private static RetrieveSecret bounded(RetrieveSecret secrets, SecretRequest request) {
    return request.boundsStaleness() ? secrets.withMaxStale(request.maxStale()) : secrets;
  }

  /**
   * Waits for the outcome, which comes within the request's deadline; empty if the agent handles as
   * many requests as it may, and the cache has nothing for this one.
   */
  Optional<Retrieval> retrieve(RetrieveSecret secrets, SecretRequest request) {
    if (!permits.tryAcquire()) {
      return findWithoutWaiting(secrets, request).map(Retrieval.class::cast);
    }
    try {
      return Optional.of(
          bounded(secrets, request)
              .retrieve(request.query(), request.mode())
              .toCompletableFuture()
              .join());
    } finally {
      permits.release();
    }
  }

  private static Optional<Found> findWithoutWaiting(RetrieveSecret secrets, SecretRequest request) {
    return request.mode() == ReadMode.REFRESH_NOW
        ? Optional.empty()
        : bounded(secrets, request).findWithoutWaiting(request.query());
  }
}
