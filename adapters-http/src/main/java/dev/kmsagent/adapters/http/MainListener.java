package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Gives secrets to those who may have them. What is at hand is given at once, and takes no place;
 * of the other requests for secrets so many are handled at a time.
 */
final class MainListener implements Listener {
  private final FrontDoor door;
  private final Pages pages;
  private final SecretDesk desk;
  private final Replies replies;
  private final Semaphore capacity;

  MainListener(FrontDoor door, Pages pages, SecretDesk desk, Replies replies, int maxInFlight) {
    this.door = door;
    this.pages = pages;
    this.desk = desk;
    this.replies = replies;
    this.capacity = new Semaphore(maxInFlight);
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
      replies.send(sink, id -> replies.turnedAway(Failure.tooManyRequests(), id));
    }
  }

  @Override
  public boolean serveAtOnce(RequestHead head, ReplySink sink) throws IOException {
    return replies.sendIfPresent(sink, () -> atHand(head));
  }

  /** Health and metrics are gathered, which takes a moment; a ping is not. */
  private Optional<Reply> atHand(RequestHead head) {
    return switch (door.admit(head, door.route(head.path()))) {
      case Admission.ToSecret admitted -> desk.atHand(admitted, head);
      case Admission.ToPage(var page) when page == Page.PING -> Optional.of(pages.reply(page));
      case Admission.ToPage _, Admission.TurnedAway _ -> Optional.empty();
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
