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
import org.jspecify.annotations.Nullable;

/**
 * Stands between agents and a Redis. While it lies, it answers each request with the same bytes, on
 * connections that have long been in use as on new ones; then it goes on for ever with the last of
 * these bytes, if the lie is endless. Thread-safe.
 */
final class LyingRedis implements AutoCloseable {
  /**
   * @param reply in Latin-1
   * @param endless whether the last byte is repeated until the agent closes the connection
   */
  record Lie(String reply, boolean endless) {
    byte[] bytes() {
      return reply.getBytes(ISO_8859_1);
    }
  }

  private final ServerSocket listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
  private final int redisPort;
  private final AtomicInteger told = new AtomicInteger();
  private volatile @Nullable Lie lie;

  LyingRedis(int redisPort) throws IOException {
    this.redisPort = redisPort;
    Thread.startVirtualThread(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Lies from now on; without a lie it passes on what Redis answers. */
  void tell(@Nullable Lie other) {
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
        var current = lie;
        if (current == null) {
          far.getOutputStream().write(buffer, 0, count);
        } else {
          told.incrementAndGet();
          write(current, near.getOutputStream());
        }
      }
    } catch (IOException closedByTheAgent) {
      // It does not listen to lies.
    }
  }

  private void write(Lie current, OutputStream out) throws IOException {
    var bytes = current.bytes();
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
    lie = null;
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
