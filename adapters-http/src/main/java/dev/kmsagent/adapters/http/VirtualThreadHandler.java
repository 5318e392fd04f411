package dev.kmsagent.adapters.http;

import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Passes each request on in a virtual thread of its own, which may block. */
final class VirtualThreadHandler extends Handler.Wrapper {
  private final Executor threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("http").factory());

  @Override
  public InvocationType getInvocationType() {
    return InvocationType.NON_BLOCKING;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    threads.execute(() -> passOn(request, response, callback));
    return true;
  }

  private void passOn(Request request, Response response, Callback callback) {
    try {
      if (!super.handle(request, response, callback)) {
        Response.writeError(request, response, callback, HttpStatus.NOT_FOUND_404);
      }
    } catch (Throwable bug) {
      Response.writeError(request, response, callback, bug);
    }
  }
}
