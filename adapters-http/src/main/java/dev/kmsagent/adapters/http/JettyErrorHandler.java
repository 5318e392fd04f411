package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/**
 * Replies where Jetty itself fails a request: malformed, or after a bug. The message is not
 * Jetty's, which may repeat a part of the request.
 */
record JettyErrorHandler(ReplyFactory replies) implements Request.Handler {
  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    var cause = request.getAttribute(ErrorHandler.ERROR_EXCEPTION);
    int status = cause instanceof HttpException refusal ? refusal.getCode() : response.getStatus();
    var failure =
        status == HttpStatus.INTERNAL_SERVER_ERROR_500
            ? Failure.INTERNAL
            : Failure.unreadable(status, HttpStatus.getMessage(status));
    Replies.to(request, replies).rejection(failure).send(response, callback);
    return true;
  }
}
