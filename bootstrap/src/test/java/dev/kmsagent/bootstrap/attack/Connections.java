package dev.kmsagent.bootstrap.attack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;

/** Many connections from one client, which sends without reading. Not thread-safe. */
public final class Connections implements AutoCloseable {
  /** Connections in progress at a time: an attacker does not wait for each. */
  private static final int IN_PROGRESS = 100;

  private final InetSocketAddress from;
  private final InetSocketAddress address;
  private final Queue<SocketChannel> channels = new ConcurrentLinkedQueue<>();

  public Connections(int port) {
    this("127.0.0.1", port);
  }

  /** From this address, which is one of 127.0.0.0/8. */
  public Connections(String from, int port) {
    this.from = new InetSocketAddress(InetAddress.ofLiteral(from), 0);
    this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** Opens so many, and sends these bytes on each as far as the other side takes them. */
  public void open(int count, byte[] bytes) {
    var factory = Thread.ofVirtual().factory();
    try (var threads = Executors.newFixedThreadPool(IN_PROGRESS, factory)) {
      for (int i = 0; i < count; i++) {
        threads.execute(() -> connect(bytes));
      }
    }
  }

  private void connect(byte[] bytes) {
    try {
      var channel = SocketChannel.open();
      channels.add(channel);
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
      try {
        channel.bind(from);
        channel.connect(address);
        channel.configureBlocking(false);
        channel.write(ByteBuffer.wrap(bytes));
      } catch (IOException refused) {
        discard(channel);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends bytes on each connection, as far as the other side takes them. */
  public void send(byte[] bytes) {
    for (var channel : channels) {
      try {
        if (channel.isOpen()) {
          channel.write(ByteBuffer.wrap(bytes));
        }
      } catch (IOException closed) {
        discard(channel);
      }
    }
  }

  /** Opens another for each that the other side has closed, as far as sending has shown it. */
  public void replaceClosed(byte[] bytes) {
    var count = channels.size();
    channels.removeIf(channel -> !channel.isOpen());
    open(count - channels.size(), bytes);
  }

  private static void discard(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    channels.forEach(Connections::discard);
  }
}
