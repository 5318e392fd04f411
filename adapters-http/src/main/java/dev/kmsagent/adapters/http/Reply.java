package dev.kmsagent.adapters.http;

import dev.kmsagent.domain.Retrieval.Found;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * An answer with all its headers, to be sent once. No thread waits while the client does not read
 * it.
 */
record Reply(int status, List<HttpField> headers, ByteBuffer body) {
  /**
   * This reply with a secret to a request with this precondition: 304 without the secret if the
   * client knows its revision.
   */
  Reply to(Optional<Precondition> precondition, Found found) {
    if (precondition.isEmpty()
        || status != 200
        || !precondition.get().matches(found.entry().secret().revision())) {
      return this;
    }
    headers.removeIf(field -> field.getHeader() == HttpHeader.CONTENT_TYPE);
    return new Reply(304, headers, ByteBuffer.allocate(0));
  }

  /**
   * Sends it, during the shutdown as the last of its connection; {@code callback} learns the end.
   */
  void send(Response response, Callback callback) {
    response.setStatus(status);
    headers.forEach(response.getHeaders()::add);
    var connection = response.getRequest().getConnectionMetaData();
    if (connection.getConnector() instanceof BoundedConnector it && it.isShuttingDown()) {
      response.getHeaders().put(HttpFields.CONNECTION_CLOSE);
    }
    // Jetty counts the length of what is last, and a 304 has that of the secret or none (RFC 9110).
    response.write(status != 304, body, callback);
  }
}
