package dev.kmsagent.bootstrap.attack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.kmsagent.testkit.Patience;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Sends requests on many connections at a time, one on each, since the agent closes a connection
 * after most that it rejects. Reads until the other side closes, and counts responses by status.
 */
public final class Exchanges {
  private static final int AT_A_TIME = 64;
  private static final int PATIENCE_MILLIS = (int) Patience.limit().toMillis();
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}) ");

  private final int port;
  private final String forbidden;
  private final Map<Integer, Integer> statuses = new TreeMap<>();
  private final AtomicInteger hanging = new AtomicInteger();
  private boolean found;

  /**
   * @param forbidden what must not be in any response
   */
  public Exchanges(int port, String forbidden) {
    this.port = port;
    this.forbidden = forbidden;
  }

  /** Sends so many requests, and returns when all connections have ended. */
  public void run(int count, Supplier<String> requests) {
    var free = new Semaphore(AT_A_TIME);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < count; i++) {
        free.acquireUninterruptibly();
        var request = requests.get();
        threads.execute(
            () -> {
              note(exchange(request));
              free.release();
            });
      }
    }
    if (hanging.get() > 0) {
      throw new AssertionError(hanging + " connections do not end; so far " + statuses);
    }
  }

  /** What came until the agent closed or reset the connection. */
  private String exchange(String request) {
    var received = new ByteArrayOutputStream();
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      send(socket, request);
      socket.getInputStream().transferTo(received);
    } catch (SocketTimeoutException e) {
      hanging.incrementAndGet();
    } catch (IOException reset) {
      return received.toString(ISO_8859_1);
    }
    return received.toString(ISO_8859_1);
  }

  /** With an end of what is sent, so that the agent ends the connection, too. */
  private static void send(Socket socket, String request) {
    try {
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      socket.shutdownOutput();
    } catch (IOException closed) {
      // The agent has rejected what it has of the request: its answer may be there.
    }
  }

  private synchronized void note(String received) {
    STATUS
        .matcher(received)
        .results()
        .forEach(one -> statuses.merge(Integer.valueOf(one.group(1)), 1, Integer::sum));
    found |= received.contains(forbidden);
  }

  /** How many responses had which status. */
  public Map<Integer, Integer> statuses() {
    return statuses;
  }

  /** Whether a response had what is forbidden. */
  public boolean foundForbidden() {
    return found;
  }
}
