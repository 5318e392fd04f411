package dev.kmsagent.adapters.http;

import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.RetrieveSecret;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;

/** Fetches what an admitted request asks for. Thread-safe. */
final class SecretDesk {
  private final RetrieveSecret secrets;
  private final InstantSource clock;
  private final Replies replies;

  SecretDesk(RetrieveSecret secrets, InstantSource clock, Replies replies) {
    this.secrets = secrets;
    this.clock = clock;
    this.replies = replies;
  }

  /** What is at hand; it waits for nothing. */
  Optional<Reply> findCached(Admission.ToSecret admitted, RequestHead head) {
    return fromCache(admitted, head, secrets::findCached);
  }

  /** What the cache may answer a reader with for whom there is no place to wait in. */
  Optional<Reply> findWithoutWaiting(Admission.ToSecret admitted, RequestHead head) {
    return fromCache(admitted, head, secrets::findWithoutWaiting);
  }

  private Optional<Reply> fromCache(
      Admission.ToSecret admitted,
      RequestHead head,
      Function<SecretQuery, Optional<Found>> lookUp) {
    var request = admitted.request();
    return switch (request.mode()) {
      case CACHED -> lookUp.apply(request.query()).map(found -> reply(found, admitted, head));
      case REFRESH_NOW -> Optional.empty();
    };
  }

  /** Waits for the outcome, which comes within the request's deadline. */
  Reply reply(Admission.ToSecret admitted, RequestHead head, String requestId) {
    var request = admitted.request();
    var outcome = secrets.retrieve(request.query(), request.mode()).toCompletableFuture().join();
    return switch (outcome) {
      case Found found -> reply(found, admitted, head);
      case NoSecret reason -> replies.failed(UpstreamFailures.of(reason), requestId);
    };
  }

  private Reply reply(Found found, Admission.ToSecret admitted, RequestHead head) {
    var headers = admitted.lastHeaders().of(found, clock.instant());
    return SecretReply.of(found, head.values("If-None-Match"), headers);
  }
}
