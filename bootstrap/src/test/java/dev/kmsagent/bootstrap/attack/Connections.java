package dev.kmsagent.bootstrap.attack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Many connections from one client, which sends without reading. The calling thread does the work.
 * Not thread-safe.
 */
public final class Connections implements AutoCloseable {
  /** Connections in progress at a time: an attacker does not wait for each. */
  private static final int IN_PROGRESS = 100;

  private static final Duration PATIENCE = Duration.ofSeconds(50);

  private final InetSocketAddress address;
  private final Selector selector = Selector.open();
  private final List<SocketChannel> channels = new ArrayList<>();
  private int inProgress;

  public Connections(int port) throws IOException {
    this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** Opens so many, and sends these bytes on each as far as the other side takes them. */
  public void open(int count, byte[] bytes) throws IOException {
    var end = System.nanoTime() + PATIENCE.toNanos();
    for (int begun = 0; begun < count || inProgress > 0; ) {
      if (begun < count && inProgress < IN_PROGRESS) {
        connect(bytes);
        begun++;
      } else {
        if (System.nanoTime() - end > 0) {
          throw new AssertionError(inProgress + " connections are not accepted");
        }
        selector.select(this::connected, 1000);
      }
    }
  }

  private void connect(byte[] bytes) throws IOException {
    var channel = SocketChannel.open();
    channels.add(channel);
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
    channel.register(selector, SelectionKey.OP_CONNECT, bytes);
    inProgress++;
    channel.connect(address);
  }

  private void connected(SelectionKey key) {
    var channel = (SocketChannel) key.channel();
    inProgress--;
    key.cancel();
    try {
      channel.finishConnect();
      channel.write(ByteBuffer.wrap((byte[]) key.attachment()));
    } catch (IOException refused) {
      discard(channel);
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
  public void replaceClosed(byte[] bytes) throws IOException {
    var count = channels.size();
    channels.removeIf(channel -> !channel.isOpen());
    open(count - channels.size(), bytes);
  }

  /** How many the other side has not closed; discards what it has sent. */
  public long open() {
    var buffer = ByteBuffer.allocate(8192);
    channels.stream().filter(SocketChannel::isOpen).forEach(channel -> read(channel, buffer));
    return channels.stream().filter(SocketChannel::isOpen).count();
  }

  private static void read(SocketChannel channel, ByteBuffer buffer) {
    try {
      var count = channel.read(buffer.clear());
      while (count > 0) {
        count = channel.read(buffer.clear());
      }
      if (count < 0) {
        discard(channel);
      }
    } catch (IOException reset) {
      discard(channel);
    }
  }

  private static void discard(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    channels.forEach(Connections::discard);
    selector.close();
  }
}
