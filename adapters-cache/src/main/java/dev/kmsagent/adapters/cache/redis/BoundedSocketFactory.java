package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.config.Authorities;
import dev.kmsagent.config.RedisConfig.Tls;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/**
 * Wraps the sockets that Jedis has connected, in TLS where it is configured, so that their replies
 * are bounded, and their number: with one too many it closes another. Of all that a configuration
 * of Jedis can hold only a factory for TLS sockets reaches every connection, also those that look
 * up the nodes of a cluster and those to sentinels. Jedis asks each TLS socket to verify the host's
 * name. Thread-safe.
 */
final class BoundedSocketFactory extends SSLSocketFactory {
  private final Tls tls;
  private final Function<InputStream, BoundedReplyStream> bounded;
  private final int most;

  /** Weak, since Jedis forgets a connection whose set-up is answered with another type. */
  private final Set<Socket> open = Collections.newSetFromMap(new WeakHashMap<>());

  /**
   * @param most the bound on open connections
   */
  BoundedSocketFactory(Tls tls, Function<InputStream, BoundedReplyStream> bounded, int most) {
    this.tls = tls;
    this.bounded = bounded;
    this.most = most;
  }

  @Override
  public Socket createSocket(Socket connected, String host, int port, boolean autoClose)
      throws IOException {
    add(connected);
    return switch (tls) {
      case Tls.Off() -> new BoundedSocket(connected, bounded);
      case Tls.On(var caFile) ->
          new BoundedSocket(
              trusting(caFile).createSocket(connected, host, port, autoClose), bounded);
    };
  }

  private synchronized void add(Socket connected) throws IOException {
    open.removeIf(Socket::isClosed);
    var others = List.copyOf(open);
    if (others.size() >= most) {
      others.getFirst().close();
    }
    open.add(connected);
  }

  /** Reads a file of authorities for each connection, so that a replaced file takes effect. */
  private static SSLSocketFactory trusting(Optional<Path> caFile) throws IOException {
    if (caFile.isEmpty()) {
      return (SSLSocketFactory) getDefault();
    }
    try {
      var context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {Authorities.systemAnd(caFile.get())}, null);
      return context.getSocketFactory();
    } catch (GeneralSecurityException unsupported) {
      throw new IOException(unsupported);
    }
  }

  @Override
  public String[] getDefaultCipherSuites() {
    return new String[0];
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return new String[0];
  }

  @Override
  public Socket createSocket(String host, int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(InetAddress address, int port, InetAddress local, int localPort) {
    throw new UnsupportedOperationException();
  }
}
