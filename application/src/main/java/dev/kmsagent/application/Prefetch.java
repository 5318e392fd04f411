package dev.kmsagent.application;

import static java.util.stream.Collectors.toMap;

import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.event.LifecycleEvent;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.time.TimeSources;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Loads secrets by retrieving them, a few at a time, so that the bulkhead has room for clients.
 * Those without a value are tried again, with back-off, until each has one. Thread-safe; used once.
 */
public final class Prefetch implements AutoCloseable {
  private static final int CONCURRENCY = 4;
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /** While no secret has an answer, a start waits for the end of an outage. */
  private static final Duration LONGEST_PAUSE_OF_START = Duration.ofSeconds(5);

  private final RetrieveSecret retrieval;
  private final AgentEvents events;
  private final TimeSources timing;
  private final Duration limit;

  /** Those without a value yet, and how KMS refused them last. */
  private final ConcurrentMap<SecretName, Optional<Refused>> missing = new ConcurrentHashMap<>();

  private final AtomicInteger loaded = new AtomicInteger();
  private final AtomicBoolean answered = new AtomicBoolean();
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * @param limit after it the state of a round is reported, although it goes on
   */
  public Prefetch(
      RetrieveSecret retrieval, AgentEvents events, TimeSources timing, Duration limit) {
    this.retrieval = retrieval;
    this.events = events;
    this.timing = timing;
    this.limit = limit;
  }

  /**
   * Begins to load the current version of each secret. {@link LifecycleEvent.PrefetchFinished}
   * tells when all have an outcome, at the limit at the latest, and again after each further try.
   */
  public void prefetch(List<SecretName> names) {
    names.forEach(name -> missing.put(name, Optional.empty()));
    load(names, 1);
  }

  private void load(List<SecretName> names, int round) {
    if (names.isEmpty() || closed.get()) {
      return;
    }
    var left = new ConcurrentLinkedQueue<>(names);
    var workers = new CompletableFuture<?>[CONCURRENCY];
    Arrays.setAll(workers, _ -> loadNext(left).toCompletableFuture());
    var timer = timing.scheduler().schedule(limit, this::report);
    var _ =
        CompletableFuture.allOf(workers)
            .whenComplete(
                (_, _) -> {
                  timer.cancel();
                  report();
                  loadLater(round);
                });
  }

  /** What is answered at once, as without a key, takes no more of the stack. */
  private CompletionStage<Void> loadNext(Queue<SecretName> left) {
    for (var name = left.poll(); name != null; name = left.poll()) {
      var loading = load(name);
      if (!loading.isDone()) {
        return loading.thenCompose(_ -> loadNext(left));
      }
    }
    return CompletableFuture.completedFuture(null);
  }

  private CompletableFuture<Void> load(SecretName name) {
    return retrieval
        .retrieve(SecretQuery.current(name), ReadMode.CACHED)
        .thenAccept(outcome -> note(name, outcome))
        .toCompletableFuture();
  }

  /** An outage says nothing about what KMS refused before. */
  private void note(SecretName name, Retrieval outcome) {
    if (outcome instanceof NoSecret reason) {
      events.publish(new LifecycleEvent.PrefetchFailed(name, reason));
      if (reason instanceof Refused refused) {
        missing.put(name, Optional.of(refused));
        answered.set(true);
      }
    } else {
      missing.remove(name);
      answered.set(true);
      var _ = loaded.incrementAndGet();
    }
  }

  private void report() {
    var refused =
        missing.entrySet().stream()
            .filter(it -> it.getValue().isPresent())
            .collect(toMap(Map.Entry::getKey, it -> it.getValue().orElseThrow()));
    events.publish(
        new LifecycleEvent.PrefetchFinished(loaded.getAndSet(0), missing.size(), refused));
  }

  private void loadLater(int round) {
    if (!missing.isEmpty() && !closed.get()) {
      var pause = timing.backoff(round, answered.get() ? LONGEST_PAUSE : LONGEST_PAUSE_OF_START);
      Runnable again = () -> load(List.copyOf(missing.keySet()), round + 1);
      var _ = timing.scheduler().schedule(pause, again);
    }
  }

  @Override
  public void close() {
    closed.set(true);
  }
}
