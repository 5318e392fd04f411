package dev.kmsagent.bootstrap.attack;

import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/**
 * Two applications that read a cached secret every few milliseconds until they are closed: one on a
 * new connection each time, the other on a connection that it keeps. A kept connection that the
 * agent has closed meanwhile is opened again, as HTTP clients do.
 */
final class CachedReads implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(5);

  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private final Queue<Long> onNew = new ConcurrentLinkedQueue<>();
  private final Queue<Long> onKept = new ConcurrentLinkedQueue<>();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private volatile boolean ended;

  CachedReads(int port, String secretName, String token) {
    var last = ClientConnection.secretRequest(secretName, token, "Connection: close");
    var next = ClientConnection.secretRequest(secretName, token);
    threads.execute(() -> read(port, last, false, onNew));
    threads.execute(() -> read(port, next, true, onKept));
  }

  /** Waits for so many more reads of each kind. */
  void await(int reads) {
    var enoughNew = onNew.size() + reads;
    var enoughKept = onKept.size() + reads;
    Patience.assertSoon(() -> onNew.size() >= enoughNew && onKept.size() >= enoughKept);
  }

  /** What went wrong. */
  List<String> failures() {
    return failures.stream().limit(10).toList();
  }

  private void read(int port, String request, boolean keeps, Queue<Long> took) {
    while (!ended) {
      try (var connection = new ClientConnection(port)) {
        var isOpen = true;
        while (isOpen && !ended) {
          isOpen = isAnswered(connection, request, keeps, took) && keeps;
        }
      } catch (IOException e) {
        failures.add(e.toString());
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  /** Not where the agent has closed the connection between two requests. */
  private boolean isAnswered(
      ClientConnection connection, String request, boolean keeps, Queue<Long> took)
      throws IOException {
    var start = System.nanoTime();
    var answer = connection.exchange(request);
    if (answer.isPresent() && answer.get().status() == 200) {
      took.add(System.nanoTime() - start);
    } else if (answer.isPresent() || !keeps) {
      failures.add("no secret but " + answer);
    }
    LockSupport.parkNanos(PAUSE.toNanos());
    return answer.isPresent();
  }

  @Override
  public void close() {
    ended = true;
    threads.close();
  }

  @Override
  public String toString() {
    return "p99 %s on new, %s on kept connections".formatted(p99(onNew), p99(onKept));
  }

  private static Duration p99(Queue<Long> nanos) {
    var sorted = nanos.stream().sorted().toList();
    return sorted.isEmpty()
        ? Duration.ZERO
        : Duration.ofNanos(sorted.get((int) (sorted.size() * 0.99)));
  }
}
