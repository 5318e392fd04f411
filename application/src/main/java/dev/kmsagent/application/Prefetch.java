package dev.kmsagent.application;

import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.event.LifecycleEvent;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.port.out.Scheduler;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Loads secrets by retrieving them, a few at a time, so that the bulkhead has room for clients.
 * After the limit loading continues, but the caller no longer waits for it. Thread-safe.
 *
 * @param limit the longest time that a caller waits
 */
public record Prefetch(
    RetrieveSecret retrieval, AgentEvents events, Scheduler scheduler, Duration limit) {
  private static final int CONCURRENCY = 4;

  /**
   * Loads the current version of each secret. The stage completes when all have an outcome, at the
   * limit at the latest, never exceptionally; failures go to {@link AgentEvents}.
   */
  public CompletionStage<Void> prefetch(List<SecretName> names) {
    if (names.isEmpty()) {
      return CompletableFuture.completedStage(null);
    }
    var left = new ConcurrentLinkedQueue<>(names);
    var loaded = new AtomicInteger();
    var workers = new CompletableFuture<?>[CONCURRENCY];
    Arrays.setAll(workers, _ -> loadNext(left, loaded).toCompletableFuture());
    var done = CompletableFuture.allOf(workers);
    var timer = scheduler.schedule(limit, () -> done.complete(null));
    return done.whenComplete((_, _) -> timer.cancel())
        .thenRun(() -> finish(loaded.get(), names.size()));
  }

  private CompletionStage<Void> loadNext(Queue<SecretName> left, AtomicInteger loaded) {
    var name = left.poll();
    return name == null
        ? CompletableFuture.completedFuture(null)
        : retrieval
            .retrieve(SecretQuery.current(name), ReadMode.CACHED)
            .thenAccept(outcome -> note(name, outcome, loaded))
            .thenCompose(_ -> loadNext(left, loaded));
  }

  private void note(SecretName name, Retrieval outcome, AtomicInteger loaded) {
    if (outcome instanceof NoSecret reason) {
      events.publish(new LifecycleEvent.PrefetchFailed(name, reason));
    } else {
      var _ = loaded.incrementAndGet();
    }
  }

  private void finish(int loaded, int all) {
    events.publish(new LifecycleEvent.PrefetchFinished(loaded, all - loaded));
  }
}
