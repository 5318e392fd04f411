package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Dialect;
import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.ReadEvent;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all listeners do alike: ids, failures in the dialect, bugs. Thread-safe. */
final class Replies {
  private static final Logger LOG = LoggerFactory.getLogger(Replies.class);

  /** How much of a stack is logged: from the bug to the door, without what lies before it. */
  private static final int FRAMES = 12;

  private final Dialect dialect;
  private final RequestIds ids;
  private final AgentEvents events;

  Replies(Dialect dialect, RequestIds ids, AgentEvents events) {
    this.dialect = dialect;
    this.ids = ids;
    this.events = events;
  }

  /** Sends what {@code answer} gives for a new request id; a bug in it is answered too. */
  void send(ReplySink sink, Function<String, Reply> answer) throws IOException {
    var requestId = ids.next();
    sink.send(guarded(answer, requestId), requestId);
  }

  /** Sends what {@code answer} gives; sends nothing, and gives false, where it gives nothing. */
  boolean sendIfPresent(ReplySink sink, Supplier<Optional<Reply>> answer) throws IOException {
    Optional<Reply> reply;
    try {
      reply = answer.get();
    } catch (RuntimeException | Error bug) {
      send(sink, id -> failed(bug, id));
      return true;
    }
    if (reply.isPresent()) {
      sink.send(reply.get(), ids.next());
    }
    return reply.isPresent();
  }

  private Reply guarded(Function<String, Reply> answer, String requestId) {
    try {
      return answer.apply(requestId);
    } catch (RuntimeException | Error bug) {
      return failed(bug, requestId);
    }
  }

  private Reply failed(Throwable bug, String requestId) {
    log(root(bug), requestId);
    return failed(Failure.internal(), requestId);
  }

  private static Throwable root(Throwable bug) {
    return bug instanceof CompletionException && bug.getCause() != null ? bug.getCause() : bug;
  }

  /** Without its message: what a bug says may hold what it was handling. */
  private static void log(Throwable bug, String requestId) {
    LOG.atError()
        .addKeyValue("request_id", requestId)
        .addKeyValue("error", bug.getClass().getName())
        .addKeyValue("at", Arrays.stream(bug.getStackTrace()).limit(FRAMES).toList())
        .log("request_failed");
  }

  /** For a request that did not get as far as retrieval. */
  Reply turnedAway(Failure failure, String requestId) {
    events.publish(new ReadEvent.RequestRejected(failure.status(), failure.code()));
    return failed(failure, requestId);
  }

  Reply failed(Failure failure, String requestId) {
    return Reply.of(failure, dialect, requestId);
  }
}
