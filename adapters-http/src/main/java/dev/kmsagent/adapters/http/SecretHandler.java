package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.dialect.VaultMetadata;
import dev.kmsagent.adapters.http.dialect.VaultMetadata.Version;
import dev.kmsagent.adapters.http.request.SecretRequest;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.port.RetrieveSecret;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Replies to admitted requests for secrets, on a thread that may wait. At most {@code
 * Server.MaxConn} retrievals run at once; further requests get what the cache can give without
 * waiting. The permit is returned before the reply is sent, so that a client that does not read
 * holds none. Thread-safe.
 */
record SecretHandler(Semaphore permits) {
  private static final Failure NO_SUCH_VERSION =
      Failure.of(
          404,
          "NoSuchVersion",
          "neither the current nor the previous version has this number; read others by versionId");

  Reply secret(ReplyFactory replies, RetrieveSecret secrets, SecretRequest request) {
    return reply(replies, request, retrieve(secrets, request));
  }

  private static Reply reply(
      ReplyFactory replies, SecretRequest request, @Nullable Retrieval outcome) {
    if (outcome == null) {
      return replies.rejection(Failure.tooManyRequests());
    }
    if (outcome instanceof NoSecret reason) {
      return replies.failure(Failure.of(reason));
    }
    var found = (Found) outcome;
    var field = request.field();
    return field == null ? replies.secret(found) : new FieldReplies(replies).reply(found, field);
  }

  /**
   * Waits for the outcome, which comes within the request's deadline; null if the agent handles as
   * many requests as it may, and the cache has nothing for this one.
   */
  private @Nullable Retrieval retrieve(RetrieveSecret all, SecretRequest request) {
    var secrets = request.boundsStaleness() ? all.withMaxStale(request.maxStale()) : all;
    if (!permits.tryAcquire()) {
      return request.mode() == ReadMode.REFRESH_NOW
          ? null
          : secrets.findWithoutWaiting(request.query()).orElse(null);
    }
    try {
      return secrets.retrieve(request.query(), request.mode()).toCompletableFuture().join();
    } finally {
      permits.release();
    }
  }

  /** The one of the current and the previous version that has this number for Vault's clients. */
  Reply version(ReplyFactory replies, RetrieveSecret secrets, SecretRequest request, long number) {
    var current = retrieve(secrets, request);
    if (!isOther(current, number)) {
      return reply(replies, request, current);
    }
    var beforeIt = request.forPrevious();
    var previous = retrieve(secrets, beforeIt);
    return isOther(previous, number) || isNone(previous)
        ? replies.failure(NO_SUCH_VERSION)
        : reply(replies, beforeIt, previous);
  }

  private static boolean isOther(@Nullable Retrieval outcome, long number) {
    return outcome instanceof Found found
        && VaultMetadata.number(found.entry().secret().version()) != number;
  }

  private static boolean isNone(@Nullable Retrieval outcome) {
    return outcome instanceof Refused(var error, _) && error.status() == 404;
  }

  /** The two versions; the previous is left out if it cannot be read, or has the same number. */
  Reply metadata(ReplyFactory replies, RetrieveSecret secrets, SecretRequest request) {
    var outcome = retrieve(secrets, request);
    if (!(outcome instanceof Found current)) {
      return reply(replies, request, outcome);
    }
    var number = VaultMetadata.number(current.entry().secret().version());
    var versions =
        retrieve(secrets, request.forPrevious()) instanceof Found previous
                && isOther(previous, number)
            ? List.of(version(replies, current), version(replies, previous))
            : List.of(version(replies, current));
    return replies.json(200, requestId -> VaultMetadata.render(requestId, versions));
  }

  private static Version version(ReplyFactory replies, Found found) {
    var body = StandardCharsets.UTF_8.decode(replies.body(found)).toString();
    return new Version(found.entry().secret().version(), VaultMetadata.created(body));
  }
}
