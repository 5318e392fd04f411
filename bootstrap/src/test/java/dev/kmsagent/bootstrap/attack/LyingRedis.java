package dev.kmsagent.bootstrap.attack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between agents and a Redis; it is the only node of a cluster, too, and a sentinel. While
 * it lies, it answers each request with the same bytes, on connections that have long been in use
 * as on new ones; then it goes on for ever with the last of these bytes, if the lie is endless.
 * Thread-safe.
 */
final class LyingRedis implements AutoCloseable {
  /**
   * In Latin-1.
   *
   * @param reply empty if only {@code servers} is a lie
   * @param servers the answer to who the servers are
   * @param endless whether the last byte is repeated until the agent closes the connection
   */
  record Lie(String reply, String servers, boolean endless) {
    String to(String request) {
      return asksForServers(request) ? servers : reply;
    }
  }

  /** What Redis answers is passed on. */
  static final Lie NONE = new Lie("", "", false);

  private static boolean asksForServers(String request) {
    return request.contains("CLUSTER") || request.contains("SENTINEL");
  }

  private final ServerSocket listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
  private final int redisPort;
  private final AtomicInteger told = new AtomicInteger();
  private volatile Lie lie = NONE;

  LyingRedis(int redisPort) throws IOException {
    this.redisPort = redisPort;
    Thread.startVirtualThread(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Lies from now on. */
  void tell(Lie other) {
    told.set(0);
    lie = other;
  }

  /** How many requests have been answered with this lie. */
  int told() {
    return told.get();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        var near = listener.accept();
        var far = new Socket(InetAddress.getLoopbackAddress(), redisPort);
        Thread.startVirtualThread(() -> carryRequests(near, far));
        Thread.startVirtualThread(() -> carryReplies(far, near));
      } catch (IOException closed) {
        return;
      }
    }
  }

  /** A request that is answered with a lie does not reach Redis. */
  private void carryRequests(Socket near, Socket far) {
    var buffer = new byte[8192];
    try (near;
        far) {
      InputStream in = near.getInputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        var request = new String(buffer, 0, count, ISO_8859_1);
        var current = lie;
        var reply = current.to(request);
        if (!reply.isEmpty()) {
          told.incrementAndGet();
          write(current, reply.getBytes(ISO_8859_1), near.getOutputStream());
        } else if (asksForServers(request)) {
          near.getOutputStream().write(servers(request).getBytes(ISO_8859_1));
        } else {
          far.getOutputStream().write(buffer, 0, count);
        }
      }
    } catch (IOException closedByTheAgent) {
      // It does not listen to lies.
    }
  }

  private String servers(String request) {
    return request.contains("CLUSTER")
        ? "*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n+127.0.0.1\r\n:" + port() + "\r\n"
        : "*2\r\n+127.0.0.1\r\n+" + port() + "\r\n";
  }

  private void write(Lie current, byte[] bytes, OutputStream out) throws IOException {
    out.write(bytes);
    if (current.endless()) {
      var more = new byte[64 * 1024];
      Arrays.fill(more, bytes[bytes.length - 1]);
      while (current.equals(lie)) {
        out.write(more);
      }
    }
  }

  private static void carryReplies(Socket far, Socket near) {
    try (near;
        far) {
      far.getInputStream().transferTo(near.getOutputStream());
    } catch (IOException closedByTheAgent) {
      // Redis notices by itself.
    }
  }

  @Override
  public void close() {
    lie = NONE;
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
