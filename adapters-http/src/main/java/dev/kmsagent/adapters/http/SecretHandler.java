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
record SecretHandler(ReplyFactory replies, FieldReplies fields, Semaphore permits) {
  Reply reply(RetrieveSecret secrets, SecretRequest request, List<String> ifNoneMatch) {
    return reply(request, retrieve(secrets, request), ifNoneMatch);
  }

  /** The reply with the outcome that {@link #retrieve} gave for {@code request}. */
  Reply reply(SecretRequest request, Optional<Retrieval> outcome, List<String> ifNoneMatch) {
    if (outcome.isEmpty()) {
      return replies.rejection(Failure.tooManyRequests());
    }
    return outcome.get() instanceof Found found
        ? reply(request, found, ifNoneMatch)
        : replies.failure(Failure.of((NoSecret) outcome.get()));
  }

  private Reply reply(SecretRequest request, Found found, List<String> ifNoneMatch) {
    var field = request.field();
    return field == null
        ? replies.secret(found, ifNoneMatch)
        : fields.reply(found, field, ifNoneMatch);
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
