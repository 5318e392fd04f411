package dev.kmsagent.bootstrap.attack;

import dev.kmsagent.bootstrap.e2e.AgentAnswer;
import dev.kmsagent.bootstrap.e2e.KeptConnection;
import dev.kmsagent.testkit.Patience;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * Two applications that read a cached secret every few milliseconds until they are closed: one on a
 * new connection each time, the other on a connection that it keeps. A kept connection that the
 * agent has closed meanwhile is opened again, as HTTP clients do.
 */
final class CachedReads implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(5);

  private final int port;
  private final String last;
  private final String next;
  private final Queue<Long> onNew = new ConcurrentLinkedQueue<>();
  private final Queue<Long> onKept = new ConcurrentLinkedQueue<>();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final List<Thread> threads;
  private volatile boolean ended;

  CachedReads(int port, String secretName, String token) {
    this.port = port;
    this.last = KeptConnection.read(secretName, token, "Connection: close");
    this.next = KeptConnection.read(secretName, token);
    this.threads =
        List.of(
            Thread.ofPlatform().name("reads-on-new").start(() -> read(last, onNew)),
            Thread.ofPlatform().name("reads-on-kept").start(() -> read(next, onKept)));
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

  private void read(String request, Queue<Long> took) {
    while (!ended) {
      try (var connection = new KeptConnection(port)) {
        keepReading(connection, request, took);
      } catch (IOException e) {
        failures.add(e.toString());
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  /** Returns when the agent has closed the connection between two requests. */
  private void keepReading(KeptConnection connection, String request, Queue<Long> took)
      throws IOException {
    while (!ended) {
      var start = System.nanoTime();
      var answer = connection.send(request);
      var status = answer.map(AgentAnswer::status).orElse(0);
      if (status != 200 && (answer.isPresent() || request.equals(last))) {
        failures.add("status " + status);
      }
      if (answer.isEmpty()) {
        return;
      }
      took.add(System.nanoTime() - start);
      LockSupport.parkNanos(PAUSE.toNanos());
      if (request.equals(last)) {
        return;
      }
    }
  }

  @Override
  public void close() {
    ended = true;
    for (var thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
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
