package dev.kmsagent.adapters.http;

import java.nio.ByteBuffer;
import java.util.List;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * An answer with all its headers, to be sent once. No thread waits while the client does not read
 * it. A 304 is committed before its end: otherwise the server would add a length of zero, which
 * would be the length of a 200 (RFC 9110 8.6).
 */
record Reply(int status, List<HttpField> headers, ByteBuffer body) {
  static final ByteBuffer NO_BODY = ByteBuffer.allocate(0).asReadOnlyBuffer();

  /** Sends it; {@code callback} learns the end. */
  void send(Response response, Callback callback) {
    response.setStatus(status);
    headers.forEach(response.getHeaders()::add);
    if (status == HttpStatus.NOT_MODIFIED_304) {
      Runnable rest = () -> response.write(true, NO_BODY, callback);
      response.write(false, NO_BODY, Callback.from(rest, callback::failed));
    } else {
      response.write(true, body, callback);
    }
  }
}
