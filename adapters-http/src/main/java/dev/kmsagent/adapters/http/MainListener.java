package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Gives secrets to those who may have them. What is at hand is given at once, and takes no place;
 * of the other requests for secrets so many are handled at a time, and those beyond get what the
 * cache may give without waiting.
 */
final class MainListener implements Listener {
  private final FrontDoor door;
  private final Pages pages;
  private final SecretDesk desk;
  private final Replies replies;
  private final Semaphore capacity;
  private final boolean readsMayWait;

  MainListener(
      FrontDoor door, Pages pages, SecretDesk desk, Replies replies, HttpSettings settings) {
    this.door = door;
    this.pages = pages;
    this.desk = desk;
    this.replies = replies;
    this.capacity = new Semaphore(settings.maxInFlight());
    this.readsMayWait = settings.auditsReads();
  }

  @Override
  public void serve(RequestHead head, ReplySink sink) throws IOException {
    var route = door.route(head.path());
    if (route instanceof Route.ToPage) {
      send(head, route, sink);
    } else if (capacity.tryAcquire()) {
      try {
        send(head, route, sink);
      } finally {
        capacity.release();
      }
    } else {
      replies.send(sink, id -> withoutPlace(head, route, id));
    }
  }

  private Reply withoutPlace(RequestHead head, Route route, String requestId) {
    var fromCache =
        door.admit(head, route) instanceof Admission.ToSecret admitted
            ? desk.findWithoutWaiting(admitted, head)
            : Optional.<Reply>empty();
    return fromCache.orElseGet(() -> replies.turnedAway(Failure.tooManyRequests(), requestId));
  }

  @Override
  public boolean serveAtOnce(RequestHead head, ReplySink sink) throws IOException {
    return replies.sendIfPresent(sink, () -> findCached(head));
  }

  /** Health and metrics are gathered, which takes a moment; a ping is not. */
  private Optional<Reply> findCached(RequestHead head) {
    return switch (door.admit(head, door.route(head.path()))) {
      case Admission.ToSecret admitted when !readsMayWait -> desk.findCached(admitted, head);
      case Admission.ToPage(var page) when page == Page.PING -> Optional.of(pages.reply(page));
      case Admission.ToSecret _, Admission.ToPage _, Admission.TurnedAway _ -> Optional.empty();
    };
  }

  private void send(RequestHead head, Route route, ReplySink sink) throws IOException {
    replies.send(sink, requestId -> reply(head, route, requestId));
  }

  private Reply reply(RequestHead head, Route route, String requestId) {
    return switch (door.admit(head, route)) {
      case Admission.ToPage(var page) -> pages.reply(page);
      case Admission.ToSecret admitted -> desk.reply(admitted, head, requestId);
      case Admission.TurnedAway(var failure) -> replies.turnedAway(failure, requestId);
    };
  }
}
