package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.config.Authorities;
import dev.kmsagent.config.RedisConfig.Tls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import javax.net.ssl.SSLSocketFactory;

/**
 * Wraps the sockets that Jedis has connected, in TLS where it is configured, so that their replies
 * are bounded, and their number: with one too many it closes another. Of all that a configuration
 * of Jedis can hold only a factory for TLS sockets reaches every connection, also those that look
 * up the nodes of a cluster and those to sentinels. Jedis asks each TLS socket to verify the host's
 * name. Thread-safe.
 */
final class BoundedSocketFactory extends SSLSocketFactory {
  private final Optional<Tls> tls;
  private final InstantSource clock;
  private final ReplyBudget budget = new ReplyBudget();

  /** Weak, since Jedis forgets a connection whose set-up is answered with another type. */
  private final Set<Socket> open = Collections.newSetFromMap(new WeakHashMap<>());

  BoundedSocketFactory(Optional<Tls> tls, InstantSource clock) {
    this.tls = tls;
    this.clock = clock;
  }

  @Override
  public Socket createSocket(Socket connected, String host, int port, boolean autoClose)
      throws IOException {
    add(connected);
    var socket =
        tls.isPresent()
            ? trusting(tls.get().caFile()).createSocket(connected, host, port, autoClose)
            : connected;
    return new BoundedSocket(
        socket, new BoundedReplyStream(socket.getInputStream(), budget, clock));
  }

  private synchronized void add(Socket connected) throws IOException {
    open.removeIf(Socket::isClosed);
    var others = List.copyOf(open);
    if (others.size() >= RedisClients.MAX_CONNECTIONS + RedisClients.OTHER_CONNECTIONS) {
      others.getFirst().close();
    }
    open.add(connected);
  }

  /** Reads a file of authorities for each connection, so that a replaced file takes effect. */
  private static SSLSocketFactory trusting(Optional<Path> caFile) throws IOException {
    var ofSystem = Authorities.ofSystem();
    var trusted = caFile.isPresent() ? ofSystem.and(caFile.get()) : ofSystem;
    return Authorities.tls(trusted.trustManager()).getSocketFactory();
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
