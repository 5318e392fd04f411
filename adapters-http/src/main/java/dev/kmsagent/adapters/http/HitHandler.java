package dev.kmsagent.adapters.http;

import java.io.IOException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Answers what can be answered at once on the thread that read the request, which is the selector's
 * as a rule; all else goes on. Nothing here may wait, since every connection waits with it. So a
 * connection is not answered here without an end either: a client may send its requests without
 * waiting for the answers, and the thread goes through all that has come before it turns to others.
 */
final class HitHandler extends Handler.Wrapper {
  /**
   * After so many requests of a connection one goes on, and with it the connection: some three
   * milliseconds of hits, and rare enough to matter to no percentile.
   */
  static final int TURN = 256;

  private final Listeners listeners;

  HitHandler(Listeners listeners, Handler others) {
    super(others);
    this.listeners = listeners;
  }

  /** The type is asked for once a connection: it speaks for the handlers behind this one too. */
  @Override
  public InvocationType getInvocationType() {
    return InvocationType.NON_BLOCKING;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    try {
      return (!isTurnOver(request) && isAnswered(request, response, callback))
          || super.handle(request, response, callback);
    } catch (Exception failure) {
      Response.writeError(request, response, callback, failure);
      return true;
    }
  }

  private static boolean isTurnOver(Request request) {
    return request.getConnectionMetaData().getConnection().getMessagesIn() % TURN == 0;
  }

  private boolean isAnswered(Request request, Response response, Callback callback)
      throws IOException {
    return listeners
        .of(request)
        .serveAtOnce(new JettyHead(request), new JettySink(response, callback));
  }
}
