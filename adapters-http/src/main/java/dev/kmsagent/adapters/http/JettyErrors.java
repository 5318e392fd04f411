package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** Words what Jetty itself turns away: what is no HTTP, and what comes while it shuts down. */
final class JettyErrors implements Request.Handler {
  private final Replies replies;

  JettyErrors(Replies replies) {
    this.replies = replies;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws IOException {
    var failure = failure(status(request, response));
    replies.send(
        (reply, requestId) -> write(reply, requestId, response, callback),
        requestId -> replies.turnedAway(failure, requestId));
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
      case 404 -> Failure.noSuchPath();
      case 500 -> Failure.internal();
      case 503 -> Failure.shuttingDown();
      default -> Failure.of(status, "InvalidParameter", "no HTTP to be served: " + reason(status));
    };
  }

  private static String reason(int status) {
    return HttpStatus.getMessage(status);
  }

  private static void write(Reply reply, String requestId, Response response, Callback callback)
      throws IOException {
    response.setStatus(reply.status());
    var headers = response.getHeaders();
    reply.eachHeader(requestId, headers::put);
    var body = new ByteArrayOutputStream(reply.body().size());
    reply.body().writeTo(body);
    response.write(true, ByteBuffer.wrap(body.toByteArray()), callback);
  }
}
