package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import java.io.IOException;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** Words what Jetty itself turns away: what is no HTTP, and what comes while it shuts down. */
final class JettyErrors implements Request.Handler {
  private final Replies replies;
  private final Listeners listeners;

  JettyErrors(Replies replies, Listeners listeners) {
    this.replies = replies;
    this.listeners = listeners;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws IOException {
    var sink = new JettySink(response, callback);
    int status = status(request, response);
    if (status == HttpStatus.NOT_FOUND_404) {
      listeners.of(request).serve(new JettyHead(request), sink);
    } else {
      replies.send(sink, requestId -> replies.turnedAway(failure(status), requestId));
    }
    return true;
  }

  private static int status(Request request, Response response) {
    return request.getAttribute(ErrorHandler.ERROR_EXCEPTION) instanceof HttpException refusal
        ? refusal.getCode()
        : response.getStatus();
  }

  /** In words of our own: Jetty's may repeat a part of the request. */
  private static Failure failure(int status) {
    return switch (status) {
      case HttpStatus.INTERNAL_SERVER_ERROR_500 -> Failure.internal();
      case HttpStatus.SERVICE_UNAVAILABLE_503 -> Failure.shuttingDown();
      default -> Failure.unreadable(status, HttpStatus.getMessage(status));
    };
  }
}
