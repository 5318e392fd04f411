package dev.kmsagent.adapters.http;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.channels.Channels;

/** Sends answers by the servlet API; one without content as {@link JettySink} does. */
record ServletSink(HttpServletResponse response) implements ReplySink {
  @Override
  public void send(Reply reply, String requestId) throws IOException {
    response.setStatus(reply.status());
    response.setContentType(null);
    reply.eachHeader(requestId, field -> response.setHeader(field.getName(), field.getValue()));
    if (reply.status() == HttpServletResponse.SC_NOT_MODIFIED) {
      response.flushBuffer();
    } else {
      response.setContentLength(reply.body().remaining());
      Channels.newChannel(response.getOutputStream()).write(reply.body());
    }
  }
}
