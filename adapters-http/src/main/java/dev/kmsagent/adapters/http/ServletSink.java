package dev.kmsagent.adapters.http;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Sends answers by the servlet API. */
record ServletSink(HttpServletResponse response) implements ReplySink {
  @Override
  public void send(Reply reply, String requestId) throws IOException {
    response.setStatus(reply.status());
    response.setContentType(null);
    reply.eachHeader(requestId, response::setHeader);
    if (reply.status() != 304) {
      response.setContentLength(reply.body().size());
      reply.body().writeTo(response.getOutputStream());
    }
  }
}
