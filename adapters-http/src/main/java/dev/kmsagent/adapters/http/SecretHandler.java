package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.SecretRequest;
import dev.kmsagent.domain.NoSecret;
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
final class SecretHandler {
  private final RetrieveSecret secrets;
  private final ReplyFactory replies;
  private final Semaphore permits;

  SecretHandler(RetrieveSecret secrets, ReplyFactory replies, int maxConn) {
    this.secrets = secrets;
    this.replies = replies;
    this.permits = new Semaphore(maxConn);
  }

  Reply reply(SecretRequest request, List<String> ifNoneMatch) {
    if (!permits.tryAcquire()) {
      return replyWithoutWaiting(request, ifNoneMatch);
    }
    return switch (retrieve(request)) {
      case Found found -> replies.secret(found, ifNoneMatch);
      case NoSecret reason -> replies.failure(UpstreamFailures.of(reason));
    };
  }

  /** Waits for the outcome, which comes within the request's deadline. */
  private Retrieval retrieve(SecretRequest request) {
    try {
      return secrets.retrieve(request.query(), request.mode()).toCompletableFuture().join();
    } finally {
      permits.release();
    }
  }

  private Reply replyWithoutWaiting(SecretRequest request, List<String> ifNoneMatch) {
    var found =
        switch (request.mode()) {
          case CACHED -> secrets.findWithoutWaiting(request.query());
          case REFRESH_NOW -> Optional.<Found>empty();
        };
    return found
        .map(cached -> replies.secret(cached, ifNoneMatch))
        .orElseGet(() -> replies.rejection(Failure.tooManyRequests()));
  }
}
