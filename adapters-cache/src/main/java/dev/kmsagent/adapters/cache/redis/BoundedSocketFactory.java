package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.config.RedisConfig.Tls;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.util.function.Function;
import javax.net.ssl.SSLSocketFactory;

/**
 * Wraps the sockets that Jedis has connected, in TLS where it is configured, so that their replies
 * are bounded. Of all that a configuration of Jedis can hold only a factory for TLS sockets reaches
 * every connection, also those that look up the nodes of a cluster and those to sentinels.
 * Thread-safe.
 */
final class BoundedSocketFactory extends SSLSocketFactory {
  private final Tls tls;
  private final Function<InputStream, BoundedReplyStream> bounded;

  BoundedSocketFactory(Tls tls, Function<InputStream, BoundedReplyStream> bounded) {
    this.tls = tls;
    this.bounded = bounded;
  }

  @Override
  public Socket createSocket(Socket connected, String host, int port, boolean autoClose)
      throws IOException {
    return switch (tls) {
      case Tls.Off() -> new BoundedSocket(connected, bounded);
      case Tls.On(var trust) -> {
        try {
          var factory = TlsOptions.of(trust).createSslContext().getSocketFactory();
          yield new BoundedSocket(factory.createSocket(connected, host, port, autoClose), bounded);
        } catch (GeneralSecurityException unusable) {
          throw new IOException(unusable);
        }
      }
    };
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
