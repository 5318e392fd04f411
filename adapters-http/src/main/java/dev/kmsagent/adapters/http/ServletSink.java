package dev.kmsagent.adapters.http;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Sends answers by the servlet API. One without content is committed at once: Jetty would say at
 * its end that the content that it stands for has no bytes (RFC 9110 8.6).
 */
record ServletSink(HttpServletResponse response) implements ReplySink {
  @Override
  public void send(Reply reply, String requestId) throws IOException {
    response.setStatus(reply.status());
    response.setContentType(null);
    reply.eachHeader(requestId, response::setHeader);
    if (reply.status() == HttpServletResponse.SC_NOT_MODIFIED) {
      response.flushBuffer();
    } else {
      response.setContentLength(reply.body().size());
      reply.body().writeTo(response.getOutputStream());
    }
  }
}
