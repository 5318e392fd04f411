package dev.kmsagent.bootstrap.e2e;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Applications that read their secrets again and again at a moderate pace, and note how long each
 * read took and what did not succeed.
 */
final class PacedLoad implements AutoCloseable {
  private static final int CLIENTS = 4;
  private static final Duration PAUSE = Duration.ofMillis(2);

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicReference<ConcurrentLinkedQueue<Long>> phase =
      new AtomicReference<>(new ConcurrentLinkedQueue<>());
  private final AtomicBoolean ended = new AtomicBoolean();
  private final Collection<String> failures = new ConcurrentLinkedQueue<>();

  PacedLoad(AgentClient client, List<String> secretNames) {
    for (int i = 0; i < CLIENTS; i++) {
      threads.execute(() -> readOn(client, secretNames));
    }
  }

  private void readOn(AgentClient client, List<String> secretNames) {
    for (int i = 0; !ended.get(); i++) {
      var start = System.nanoTime();
      var answer = client.secret(secretNames.get(i % secretNames.size()));
      phase.get().add(System.nanoTime() - start);
      if (answer.status() != 200) {
        failures.add(answer.verdict());
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  /** What happened in a while. */
  record Phase(int reads, Duration median, Duration p99) {}

  /** Lets so many more reads be done, and tells of them alone. */
  Phase next(int reads) {
    var own = new ConcurrentLinkedQueue<Long>();
    phase.set(own);
    Eventually.see(own::size, done -> done >= reads);
    var sorted = own.stream().sorted().toList();
    return new Phase(sorted.size(), at(sorted, 0.5), at(sorted, 0.99));
  }

  private static Duration at(List<Long> sorted, double part) {
    return Duration.ofNanos(sorted.get((int) (sorted.size() * part)));
  }

  /** The verdicts of reads that failed. */
  Collection<String> failures() {
    return failures;
  }

  @Override
  public void close() {
    ended.set(true);
    threads.close();
  }
}
