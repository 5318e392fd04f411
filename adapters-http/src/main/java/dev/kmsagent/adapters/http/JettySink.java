package dev.kmsagent.adapters.http;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Sends answers by Jetty's own interface, without waiting for the client to take them; {@code
 * callback} learns that they are sent, or that the client is gone. An answer without content is
 * committed before its end: Jetty would say then that the content that it stands for has no bytes
 * (RFC 9110 8.6).
 */
record JettySink(Response response, Callback callback) implements ReplySink {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  @Override
  public void send(Reply reply, String requestId) {
    response.setStatus(reply.status());
    reply.eachHeader(requestId, response.getHeaders()::add);
    if (reply.status() == HttpStatus.NOT_MODIFIED_304) {
      response.write(false, NOTHING, Callback.from(this::end, callback::failed));
    } else {
      response.write(true, reply.body(), callback);
    }
  }

  private void end() {
    response.write(true, NOTHING, callback);
  }
}
