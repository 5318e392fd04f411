package dev.kmsagent.adapters.http;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.io.ssl.SslHandshakeListener;
import org.eclipse.jetty.server.AbstractConnectionFactory;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;

/**
 * A connection with TLS. It shakes hands on the threads of {@link Handshakes}; what follows is read
 * as without TLS, on the selector's. {@link ConnectionBounds} counts a finished handshake as a
 * request: before, and after bytes without a request, the connection is unfinished.
 *
 * <p>It relies on this of Jetty {@value BoundedConnector#JETTY}: {@link SslConnection} shakes hands
 * where it reads or writes, once {@link #onFillable} or a task of {@link #getExecutor} has begun
 * that; it has no more than one of these under way; and it calls {@code tryFillInterested} of the
 * socket's end when it needs bytes.
 */
final class TlsConnection extends SslConnection implements SslHandshakeListener {
  /** Clients change keys after terabytes, if at all; each change costs the selector's thread. */
  private static final int MAX_RECORDS_WITHOUT_DATA = 8;

  private final Handshakes handshakes;
  private final Object peer;
  private volatile boolean hasShakenHands;
  private int recordsWithoutData;

  private TlsConnection(
      Connector connector, EndPoint endPoint, SSLEngine engine, Handshakes handshakes) {
    super(connector.getByteBufferPool(), connector.getExecutor(), null, endPoint, engine);
    this.handshakes = handshakes;
    this.peer =
        endPoint.getRemoteSocketAddress() instanceof InetSocketAddress it
            ? it.getHostString()
            : endPoint;
    addHandshakeListener(this);
  }

  @Override
  public void handshakeSucceeded(Event event) {
    hasShakenHands = true;
  }

  boolean isShakingHands() {
    return !hasShakenHands;
  }

  @Override
  protected Executor getExecutor() {
    return hasShakenHands ? super.getExecutor() : step -> handshakes.run(peer, step);
  }

  @Override
  public void onFillable() {
    if (hasShakenHands) {
      super.onFillable();
    } else {
      handshakes.run(peer, super::onFillable);
    }
  }

  @Override
  protected SSLEngineResult unwrap(SSLEngine engine, ByteBuffer input, ByteBuffer output)
      throws SSLException {
    var result = super.unwrap(engine, input, output);
    boolean isData = result.bytesProduced() > 0 || result.bytesConsumed() == 0;
    recordsWithoutData = hasShakenHands && !isData ? recordsWithoutData + 1 : 0;
    if (recordsWithoutData > MAX_RECORDS_WITHOUT_DATA) {
      throw new SSLException("records without data");
    }
    return result;
  }

  @Override
  public long getMessagesIn() {
    return hasShakenHands ? 1 + getSslEndPoint().getConnection().getMessagesIn() : 0;
  }

  /** Recognizes and makes such connections. */
  static final class Factory extends AbstractConnectionFactory
      implements ConnectionFactory.Detecting {
    /** The type of the first record (RFC 8446, section 5.1); HTTP begins with a letter. */
    private static final byte HANDSHAKE = 0x16;

    private final Supplier<SSLEngine> engines;
    private final ConnectionFactory http;
    private final Handshakes handshakes;

    /**
     * @param engines makes the server's side of each connection
     * @param http makes what is inside
     */
    Factory(Supplier<SSLEngine> engines, ConnectionFactory http, Handshakes handshakes) {
      super("TLS");
      this.engines = engines;
      this.http = http;
      this.handshakes = handshakes;
    }

    @Override
    public Detection detect(ByteBuffer first) {
      return first.get(first.position()) == HANDSHAKE
          ? Detection.RECOGNIZED
          : Detection.NOT_RECOGNIZED;
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
      var connection = new TlsConnection(connector, endPoint, engines.get(), handshakes);
      var inside = connection.getSslEndPoint();
      inside.setConnection(http.newConnection(connector, inside));
      return configure(connection, connector, endPoint);
    }
  }
}
