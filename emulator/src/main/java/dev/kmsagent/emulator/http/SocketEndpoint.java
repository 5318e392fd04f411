package dev.kmsagent.emulator.http;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import javax.net.ServerSocketFactory;

/**
 * An address to listen on, port 0 for any free one, and the factory of its sockets: plain or TLS.
 */
public record SocketEndpoint(ServerSocketFactory sockets, InetSocketAddress address) {
  private static final int BACKLOG = 1024;
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  /** A port of 127.0.0.1. */
  public static SocketEndpoint loopback(ServerSocketFactory sockets, int port) {
    return new SocketEndpoint(sockets, new InetSocketAddress(LOOPBACK, port));
  }

  /** The same port of all addresses of this machine. */
  public SocketEndpoint everywhere() {
    return new SocketEndpoint(sockets, new InetSocketAddress(address.getPort()));
  }

  /**
   * Listens.
   *
   * @throws BindException naming the address, when it is not available
   */
  ServerSocket listen() throws IOException {
    try {
      return sockets.createServerSocket(address.getPort(), BACKLOG, address.getAddress());
    } catch (BindException e) {
      var named = new BindException(hostAndPort() + ": " + e.getMessage());
      named.initCause(e);
      throw named;
    }
  }

  /** The address as {@code HOST:PORT}; the one of loopback where it is all addresses. */
  String hostAndPort() {
    InetAddress host = address.getAddress().isAnyLocalAddress() ? LOOPBACK : address.getAddress();
    return host.getHostAddress() + ":" + address.getPort();
  }

  /** The same endpoint with the port that a socket got. */
  SocketEndpoint boundTo(ServerSocket socket) {
    return new SocketEndpoint(sockets, (InetSocketAddress) socket.getLocalSocketAddress());
  }
}
