package dev.kmsagent.bootstrap.attack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
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

  /** A read that takes longer has failed; a busy machine answers in less. */
  private static final int PATIENCE_MILLIS = 5_000;

  private final int port;
  private final byte[] last;
  private final byte[] next;
  private final Queue<Long> onNew = new ConcurrentLinkedQueue<>();
  private final Queue<Long> onKept = new ConcurrentLinkedQueue<>();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final AtomicInteger reopened = new AtomicInteger();
  private final List<Thread> threads;
  private volatile boolean ended;

  CachedReads(int port, String secretName, String token) {
    this.port = port;
    this.last = request(secretName, token, "Connection: close\r\n").getBytes(ISO_8859_1);
    this.next = request(secretName, token, "").getBytes(ISO_8859_1);
    this.threads =
        List.of(
            Thread.ofPlatform().name("reads-on-new").start(this::readOnNew),
            Thread.ofPlatform().name("reads-on-kept").start(this::readOnKept));
  }

  static String request(String secretName, String token, String field) {
    return "GET /secretsmanager/get?secretId=%s HTTP/1.1\r\nHost: localhost\r\nX-KMS-Token: %s\r\n%s\r\n"
        .formatted(secretName, token, field);
  }

  /** How many reads there were, how long they took, and what went wrong. */
  record Result(
      int count, Duration p99OnNew, Duration p99OnKept, int reopened, List<String> failures) {}

  /** Waits for so many more reads of each kind, failed ones included. */
  void await(int reads) {
    var end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    var enoughNew = onNew.size() + reads;
    var enoughKept = onKept.size() + reads;
    while (onNew.size() < enoughNew || onKept.size() < enoughKept) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("The reads do not go on: " + failures);
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
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
      try (var socket = connected()) {
        socket.getOutputStream().write(last);
        check(new ResponseReader(socket.getInputStream()).read());
      } catch (IOException e) {
        failures.add("on a new connection: " + e);
      }
      onNew.add(System.nanoTime() - start);
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  private void readOnKept() {
    while (!ended) {
      try (var socket = connected()) {
        keepReading(socket);
      } catch (IOException e) {
        failures.add("on a kept connection: " + e);
        onKept.add(Duration.ofMillis(PATIENCE_MILLIS).toNanos());
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  /** Returns when the agent has closed the connection between two requests. */
  private void keepReading(Socket socket) throws IOException {
    var responses = new ResponseReader(socket.getInputStream());
    while (!ended) {
      var start = System.nanoTime();
      try {
        socket.getOutputStream().write(next);
        check(responses.read());
      } catch (ResponseReader.ClosedBefore | java.net.SocketException closed) {
        reopened.incrementAndGet();
        return;
      }
      onKept.add(System.nanoTime() - start);
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  private void check(String response) {
    if (!response.startsWith("HTTP/1.1 200")) {
      failures.add(response);
    }
  }

  private Socket connected() throws IOException {
    var socket = new Socket();
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
    return socket;
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
