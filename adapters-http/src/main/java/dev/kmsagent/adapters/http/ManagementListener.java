package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import java.io.IOException;

/** Tells how the agent does, to whoever asks and by whatever name; there is no way to a secret. */
final class ManagementListener implements Listener {
  private final Pages pages;
  private final Replies replies;

  ManagementListener(Pages pages, Replies replies) {
    this.pages = pages;
    this.replies = replies;
  }

  @Override
  public void serve(RequestHead head, ReplySink sink) throws IOException {
    replies.send(sink, requestId -> reply(head, requestId));
  }

  /** Never: what health and metrics are made of may have to be waited for. */
  @Override
  public boolean serveAtOnce(RequestHead head, ReplySink sink) {
    return false;
  }

  private Reply reply(RequestHead head, String requestId) {
    return FrontDoor.method(head)
        .map(failure -> replies.turnedAway(failure, requestId))
        .orElseGet(() -> page(head, requestId));
  }

  private Reply page(RequestHead head, String requestId) {
    return Page.at(head.path())
        .map(pages::reply)
        .orElseGet(() -> replies.turnedAway(Failure.noSuchPath(), requestId));
  }
}
