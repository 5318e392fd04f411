package dev.kmsagent.adapters.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Sends answers by Jetty's own interface; {@code callback} learns that they are sent. */
record JettySink(Response response, Callback callback) implements ReplySink {
  @Override
  public void send(Reply reply, String requestId) throws IOException {
    response.setStatus(reply.status());
    reply.eachHeader(requestId, response.getHeaders()::put);
    var body = new ByteArrayOutputStream(reply.body().size());
    reply.body().writeTo(body);
    response.write(true, ByteBuffer.wrap(body.toByteArray()), callback);
  }
}
