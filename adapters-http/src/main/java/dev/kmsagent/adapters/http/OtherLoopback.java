package dev.kmsagent.adapters.http;

import dev.kmsagent.config.ListenAddress;
import dev.kmsagent.config.ServerConfig;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import org.eclipse.jetty.util.IO;
import org.jspecify.annotations.Nullable;

/**
 * The other loopback address, at the port of the main listener. Clients resolve {@code localhost}
 * to both addresses, and send the token to any process that listens at the one they try first.
 * Therefore the agent listens there as well, or keeps the port bound without listening: then no
 * other process gets it, and clients go on to the address of the listener.
 */
class OtherLoopback implements Closeable {
  private final InetAddress address;
  private final boolean isServed;
  private volatile @Nullable NetworkChannel channel;

  OtherLoopback(InetAddress address, boolean isServed) {
    this.address = address;
    this.isServed = isServed;
  }

  /** Empty if no loopback address was chosen, or the machine has only one. */
  static Optional<OtherLoopback> of(ServerConfig config) {
    return config
        .listen()
        .otherLoopback()
        .filter(OtherLoopback::exists)
        .map(address -> new OtherLoopback(address, config.listensOnBothLoopbacks()));
  }

  private static boolean exists(InetAddress address) {
    try {
      return NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException unknown) {
      return true;
    }
  }

  /** Whether connections are accepted. */
  boolean isServed() {
    return isServed;
  }

  /**
   * Takes the port, where it is served with {@code backlog} connections that may wait.
   *
   * @throws IOException when another process has it; the message is for people
   */
  void open(int port, int backlog) throws IOException {
    var local = new InetSocketAddress(address, port);
    try {
      channel = isServed ? ExclusivePort.listen(local, backlog) : ExclusivePort.hold(local);
    } catch (IOException taken) {
      throw new IOException(
          """
          %s: %s. The process that has it can get the token of every client that connects to \
          localhost: find it with ss -ltnp and stop it, or choose another port"""
              .formatted(new ListenAddress(address, port).url(), taken.getMessage()));
    }
  }

  /** Waits for a connection, if the address is served. */
  SocketChannel accept() throws IOException {
    if (channel instanceof ServerSocketChannel listening) {
      return listening.accept();
    }
    throw new ClosedChannelException();
  }

  @Override
  public void close() {
    IO.close(channel);
  }
}
