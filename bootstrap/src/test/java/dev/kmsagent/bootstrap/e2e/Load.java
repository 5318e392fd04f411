package dev.kmsagent.bootstrap.e2e;

import dev.kmsagent.testkit.Patience;
import java.io.IOException;
import java.net.ConnectException;
import java.util.Collection;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Clients that read one secret over and over, each until it does not get it any more. */
final class Load implements AutoCloseable {
  private static final int CLIENTS = 8;

  private static final String NO_ANSWER = "no answer of an agent that listens";

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger reads = new AtomicInteger();
  private final Queue<String> ends = new ConcurrentLinkedQueue<>();

  Load(AgentClient client, String secretName) {
    var request = KeptConnection.read(secretName, TestCloud.TOKEN);
    for (int i = 0; i < CLIENTS; i++) {
      threads.execute(() -> ends.add(readOn(client.port(), request)));
    }
  }

  /**
   * An agent that stops may close a connection without an announcement: one without a request for a
   * second, one whose answer was on its way when the stop began, and one that is not accepted yet.
   * By then its port is closed, so that it happens to a client once.
   */
  private String readOn(int port, String request) {
    for (int unannounced = 0; unannounced <= 1; ) {
      try {
        var end = readOnOneConnection(port, request);
        if (end.isPresent() && !end.get().equals(NO_ANSWER)) {
          return end.get();
        }
        unannounced += end.isPresent() ? 1 : 0;
      } catch (ConnectException e) {
        return "refused";
      } catch (IOException | RuntimeException e) {
        return e.toString();
      }
    }
    return NO_ANSWER;
  }

  /** Empty after an answer that announced the end of the connection. */
  private Optional<String> readOnOneConnection(int port, String request) throws IOException {
    try (var connection = new KeptConnection(port)) {
      var answer = connection.send(request);
      while (answer.isPresent() && answer.get().status() == 200) {
        reads.incrementAndGet();
        if (answer.get().header("connection").equals(Optional.of("close"))) {
          return Optional.empty();
        }
        answer = connection.send(request);
      }
      return Optional.of(answer.map(AgentAnswer::verdict).orElse(NO_ANSWER));
    }
  }

  /** Waits until there were so many good reads, by all clients together. */
  void awaitReads(int count) {
    Patience.see(reads::get, done -> done >= count);
  }

  /** What each client got last, once all have come to their end. */
  Collection<String> ends() {
    threads.close();
    return ends;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
