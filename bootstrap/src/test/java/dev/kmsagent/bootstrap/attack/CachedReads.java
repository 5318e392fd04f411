package dev.kmsagent.bootstrap.attack;

import dev.kmsagent.bootstrap.e2e.AgentAnswer;
import dev.kmsagent.bootstrap.e2e.KeptConnection;
import dev.kmsagent.testkit.Patience;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Two applications that read a cached secret every few milliseconds until they are closed: one on a
 * new connection each time, the other on a connection that it keeps. A kept connection that the
 * agent has closed meanwhile is opened again, as HTTP clients do; its read counts with both tries.
 */
final class CachedReads implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(5);

  private final int port;
  private final String last;
  private final String next;
  private final Queue<Long> onNew = new ConcurrentLinkedQueue<>();
  private final Queue<Long> onKept = new ConcurrentLinkedQueue<>();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final AtomicInteger reopened = new AtomicInteger();
  private final List<Thread> threads;
  private volatile boolean ended;

  CachedReads(int port, String secretName, String token) {
    this.port = port;
    this.last = KeptConnection.read(secretName, token, "Connection: close");
    this.next = KeptConnection.read(secretName, token);
    this.threads =
        List.of(
            Thread.ofPlatform().name("reads-on-new").start(this::readOnNew),
            Thread.ofPlatform().name("reads-on-kept").start(this::readOnKept));
  }

  /** How many reads there were, how long they took, and what went wrong. */
  record Result(
      int count, Duration p99OnNew, Duration p99OnKept, int reopened, List<String> failures) {}

  /** Waits for so many more reads of each kind, failed ones included. */
  void await(int reads) {
    var enoughNew = onNew.size() + reads;
    var enoughKept = onKept.size() + reads;
    Patience.assertSoon(() -> onNew.size() >= enoughNew && onKept.size() >= enoughKept);
  }

  /** Ends the reads. */
  Result end() {
    close();
    return new Result(
        onNew.size() + onKept.size(),
        p99(onNew),
        p99(onKept),
        reopened.get(),
        failures.stream().limit(10).toList());
  }

  private static Duration p99(Queue<Long> nanos) {
    var sorted = nanos.stream().sorted().toList();
    return sorted.isEmpty()
        ? Duration.ZERO
        : Duration.ofNanos(sorted.get((int) (sorted.size() * 0.99)));
  }

  private void readOnNew() {
    while (!ended) {
      var start = System.nanoTime();
      try (var connection = new KeptConnection(port)) {
        check(connection.send(last).map(AgentAnswer::status).orElse(0));
      } catch (IOException e) {
        failures.add("on a new connection: " + e);
      }
      onNew.add(System.nanoTime() - start);
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  private void readOnKept() {
    while (!ended) {
      try (var connection = new KeptConnection(port)) {
        keepReading(connection);
      } catch (IOException e) {
        failures.add("on a kept connection: " + e);
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  /** Returns when the agent has closed the connection between two requests. */
  private void keepReading(KeptConnection connection) throws IOException {
    while (!ended) {
      var start = System.nanoTime();
      var answer = connection.send(next);
      if (answer.isEmpty()) {
        reopened.incrementAndGet();
        return;
      }
      check(answer.get().status());
      onKept.add(System.nanoTime() - start);
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  private void check(int status) {
    if (status != 200) {
      failures.add("status " + status);
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
}
