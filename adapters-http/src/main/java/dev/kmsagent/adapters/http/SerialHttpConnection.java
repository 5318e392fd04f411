package dev.kmsagent.adapters.http;

import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.internal.HttpConnection;

/**
 * A connection that one thread reads at a time. After the reply to a malformed request, Jetty goes
 * on reading in a second thread while the first one still releases the buffer (jetty.project issue
 * 12939). The second thread could then write into the buffer of another connection, which has taken
 * it from the pool meanwhile: a few of the reads beside 100,000 malformed requests failed. The lock
 * can go when that issue is closed. It delays no other connection: nothing that waits runs in
 * {@link #onFillable}, because the handler behind it is non-blocking.
 *
 * <p>A head has at most {@value #MAX_FIELDS} fields. Jetty bounds the bytes of a head only, and a
 * field of a few bytes takes a hundred bytes of the heap.
 */
final class SerialHttpConnection extends HttpConnection {
  /** Several times what clients send. */
  static final int MAX_FIELDS = 100;

  private final ReentrantLock reading = new ReentrantLock();

  private SerialHttpConnection(
      HttpConfiguration configuration, Connector connector, EndPoint endPoint) {
    super(configuration, connector, endPoint);
  }

  @Override
  protected RequestHandler newRequestHandler() {
    return new RequestHandler() {
      private int fields;

      @Override
      public void startRequest(String method, String uri, HttpVersion version) {
        fields = 0;
        super.startRequest(method, uri, version);
      }

      @Override
      public void parsedHeader(HttpField field) {
        if (++fields > MAX_FIELDS) {
          throw new HttpException.RuntimeException(HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE_431);
        }
        super.parsedHeader(field);
      }
    };
  }

  @Override
  public void onFillable() {
    reading.lock();
    try {
      super.onFillable();
    } finally {
      reading.unlock();
    }
  }

  /** Makes such connections. */
  static final class Factory extends HttpConnectionFactory {
    Factory(HttpConfiguration configuration) {
      super(configuration);
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
      var connection = new SerialHttpConnection(getHttpConfiguration(), connector, endPoint);
      connection.setTransferEncodingChunkMaxLength(getTransferEncodingChunkMaxLength());
      return configure(connection, connector, endPoint);
    }
  }
}
