package dev.kmsagent.bootstrap.attack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Sends requests on many connections at a time, one on each, since the agent closes a connection
 * after most that it rejects. Reads until the other side closes, and counts responses by status.
 * The calling thread does the work. Not thread-safe.
 */
public final class Exchanges implements AutoCloseable {
  private static final int AT_A_TIME = 64;
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}) ");
  private static final Duration PATIENCE = Duration.ofSeconds(100);

  private final InetSocketAddress address;
  private final String forbidden;
  private final Selector selector;
  private final ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
  private final Map<Integer, Integer> statuses = new TreeMap<>();
  private boolean found;
  private int running;

  /**
   * @param forbidden what must not be in any response
   */
  public Exchanges(int port, String forbidden) throws IOException {
    this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    this.forbidden = forbidden;
    this.selector = Selector.open();
  }

  /** What is left to send on a connection, and what came. */
  private record Exchange(ByteBuffer toSend, StringBuilder received) {}

  /** Sends so many requests, and returns when all connections have ended. */
  public void run(int count, Supplier<String> requests) throws IOException {
    var end = System.nanoTime() + PATIENCE.toNanos();
    for (int left = count; left > 0 || running > 0; ) {
      if (left > 0 && running < AT_A_TIME) {
        begin(requests.get());
        left--;
      } else {
        if (System.nanoTime() - end > 0) {
          throw new AssertionError(running + " connections do not end; so far " + statuses);
        }
        selector.select(this::goOn, 1000);
      }
    }
  }

  /** How many responses had which status. */
  public Map<Integer, Integer> statuses() {
    return statuses;
  }

  /** Whether a response had what is forbidden. */
  public boolean foundForbidden() {
    return found;
  }

  private void begin(String requests) throws IOException {
    var channel = SocketChannel.open();
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    var exchange =
        new Exchange(ByteBuffer.wrap(requests.getBytes(ISO_8859_1)), new StringBuilder());
    channel.register(selector, SelectionKey.OP_CONNECT, exchange);
    running++;
    channel.connect(address);
  }

  private void goOn(SelectionKey key) {
    var channel = (SocketChannel) key.channel();
    var exchange = (Exchange) key.attachment();
    try {
      if (key.isConnectable()) {
        channel.finishConnect();
        key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
      }
      if (key.isReadable() && !read(channel, exchange.received())) {
        end(channel, exchange);
      } else if (key.isWritable()) {
        write(key, channel, exchange.toSend());
      }
    } catch (IOException reset) {
      end(channel, exchange);
    }
  }

  /** Half-closes the connection after the last byte, so that the other side ends it, too. */
  private static void write(SelectionKey key, SocketChannel channel, ByteBuffer toSend)
      throws IOException {
    channel.write(toSend);
    if (!toSend.hasRemaining()) {
      channel.shutdownOutput();
      key.interestOps(SelectionKey.OP_READ);
    }
  }

  /** Whether more may come. */
  private boolean read(SocketChannel channel, StringBuilder received) throws IOException {
    var count = channel.read(buffer.clear());
    received.append(ISO_8859_1.decode(buffer.flip()));
    return count >= 0;
  }

  private void end(SocketChannel channel, Exchange exchange) {
    running--;
    var matcher = STATUS.matcher(exchange.received());
    while (matcher.find()) {
      statuses.merge(Integer.valueOf(matcher.group(1)), 1, Integer::sum);
    }
    found |= exchange.received().indexOf(forbidden) >= 0;
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    selector.close();
  }
}
