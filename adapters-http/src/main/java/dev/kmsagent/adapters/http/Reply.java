package dev.kmsagent.adapters.http;

import java.nio.ByteBuffer;
import java.util.List;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * An answer with all its headers, to be sent once. No thread waits while the client does not read
 * it.
 */
record Reply(int status, List<HttpField> headers, ByteBuffer body) {
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
    response.write(true, body, callback);
  }
}
