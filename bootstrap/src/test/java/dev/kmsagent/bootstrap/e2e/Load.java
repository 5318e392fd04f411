package dev.kmsagent.bootstrap.e2e;

import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Clients that read one secret over and over, each until it does not get it any more. */
final class Load implements AutoCloseable {
  private static final int CLIENTS = 8;

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger reads = new AtomicInteger();
  private final Queue<String> ends = new ConcurrentLinkedQueue<>();

  Load(AgentClient client, String secretName) {
    for (int i = 0; i < CLIENTS; i++) {
      threads.execute(() -> ends.add(readOn(client, secretName)));
    }
  }

  private String readOn(AgentClient client, String secretName) {
    try {
      var answer = client.secret(secretName);
      while (answer.status() == 200) {
        reads.incrementAndGet();
        answer = client.secret(secretName);
      }
      return answer.verdict();
    } catch (UncheckedIOException e) {
      return e.getCause() instanceof ConnectException ? "refused" : e.toString();
    }
  }

  /** Waits until there were so many good reads, by all clients together. */
  void awaitReads(int count) {
    Eventually.see(reads::get, done -> done >= count);
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
