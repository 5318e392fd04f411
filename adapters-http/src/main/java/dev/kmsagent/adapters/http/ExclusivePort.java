package dev.kmsagent.adapters.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import org.eclipse.jetty.util.IO;

/**
 * Binds to ports that no other user has. With SO_REUSEADDR alone, as servers set it to survive
 * TIME_WAIT, another user's socket with that option may be bound to the port already. It cannot
 * listen then, but connect to the port from which a client is about to connect (TCP simultaneous
 * open), and receive what the client sends. With SO_REUSEPORT alone, Linux shares the port only
 * with sockets of the same user and with TIME_WAIT, if they have this option, too (socket(7)).
 */
final class ExclusivePort {
  private ExclusivePort() {}

  /** Listens, with {@code backlog} connections that may wait to be accepted. */
  static ServerSocketChannel listen(InetSocketAddress local, int backlog) throws IOException {
    refuseIfServed(local);
    var listening = ServerSocketChannel.open();
    bind(listening, local, backlog);
    // Connections inherit it. Without it those in TIME_WAIT would look like a server to the next.
    return listening.setOption(StandardSocketOptions.SO_REUSEADDR, true);
  }

  /** Keeps the port without listening. */
  static SocketChannel hold(InetSocketAddress local) throws IOException {
    var held = SocketChannel.open();
    bind(held, local, 0);
    return held;
  }

  /**
   * Another agent of the same user would share the port with this one. This only binds: a socket
   * that listens would take clients that connect just now, and end their connections.
   */
  private static void refuseIfServed(InetSocketAddress local) throws IOException {
    try (var bound = SocketChannel.open()) {
      bound.setOption(StandardSocketOptions.SO_REUSEADDR, true).bind(local);
    } catch (UnsupportedAddressTypeException unsupported) {
      throw new IOException("this machine has no IPv6", unsupported);
    }
  }

  private static void bind(NetworkChannel channel, InetSocketAddress local, int backlog)
      throws IOException {
    try {
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, false);
      channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      var _ =
          channel instanceof ServerSocketChannel listening
              ? listening.bind(local, backlog)
              : channel.bind(local);
    } catch (IOException taken) {
      IO.close(channel);
      throw taken;
    }
  }
}
