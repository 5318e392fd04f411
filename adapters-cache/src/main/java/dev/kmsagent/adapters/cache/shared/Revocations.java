package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.shared.EntryStore.Done;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.port.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Writes revocations to the store; those that failed once more when it is back. Thread-safe. */
final class Revocations {
  /** More refusals than this in one outage are those of a client that guesses names. */
  private static final int BOUND = 1000;

  /** Until the next attempt on a store that is available all the time, and yet did not take it. */
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final EntryStore store;
  private final SerialTasks<SecretName> writes;
  private final Scheduler scheduler;
  private final Queue<Revocation> untold = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();

  private record Revocation(
      SecretName plainName, Supplier<CompletionStage<StoreResult<Done>>> attempt) {}

  Revocations(EntryStore store, SerialTasks<SecretName> writes, Scheduler scheduler) {
    this.store = store;
    this.writes = writes;
    this.scheduler = scheduler;
    store.onAvailabilityChange(this::retryAll);
  }

  /** Makes the attempt after earlier writes of the same secret, and again until it succeeds. */
  void tell(SecretName plainName, Supplier<CompletionStage<StoreResult<Done>>> attempt) {
    tell(new Revocation(plainName, attempt));
  }

  private void tell(Revocation revocation) {
    writes.add(
        revocation.plainName(),
        () -> revocation.attempt().get().thenAccept(result -> attempted(revocation, result)));
  }

  private void attempted(Revocation revocation, StoreResult<Done> result) {
    switch (result) {
      case StoreResult.Answered<Done> _ -> {}
      case StoreResult.Failed<Done> _, StoreResult.Skipped<Done> _ -> keep(revocation);
    }
  }

  private void keep(Revocation revocation) {
    var number = count.incrementAndGet();
    if (number <= BOUND) {
      untold.add(revocation);
    }
    if (number == 1) {
      var _ = scheduler.schedule(PAUSE, this::retryAll);
    }
    if (number > BOUND) {
      count.decrementAndGet();
    }
  }

  /** Makes one attempt for each: those that fail at once wait for the next time. */
  private void retryAll() {
    if (store.isAvailable()) {
      var due = new ArrayList<Revocation>();
      for (var next = untold.poll(); next != null; next = untold.poll()) {
        count.decrementAndGet();
        due.add(next);
      }
      due.forEach(this::tell);
    }
  }
}
