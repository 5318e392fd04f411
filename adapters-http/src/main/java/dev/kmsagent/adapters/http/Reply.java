package dev.kmsagent.adapters.http;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.List;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * An answer with all its headers, to be sent once. A 304 is committed before its end: otherwise the
 * server would add a length of zero, which would be the length of a 200 (RFC 9110 8.6).
 */
record Reply(int status, List<HttpField> headers, ByteBuffer body) {
  static final ByteBuffer NO_BODY = ByteBuffer.allocate(0).asReadOnlyBuffer();

  /** Sends it without waiting for the client; {@code callback} learns the end. */
  void send(Response response, Callback callback) {
    response.setStatus(status);
    headers.forEach(response.getHeaders()::add);
    if (status == HttpStatus.NOT_MODIFIED_304) {
      Runnable end = () -> response.write(true, NO_BODY, callback);
      response.write(false, NO_BODY, Callback.from(end, callback::failed));
    } else {
      response.write(true, body, callback);
    }
  }

  /** Sends it, and waits for the client. Throws when the client does not read it. */
  void send(HttpServletResponse response) throws IOException {
    response.setStatus(status);
    response.setContentType(null);
    headers.forEach(field -> response.setHeader(field.getName(), field.getValue()));
    if (status == HttpStatus.NOT_MODIFIED_304) {
      response.flushBuffer();
    } else {
      response.setContentLength(body.remaining());
      Channels.newChannel(response.getOutputStream()).write(body);
    }
  }
}
