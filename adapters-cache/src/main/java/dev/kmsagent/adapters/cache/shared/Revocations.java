package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.shared.EntryStore.Done;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.port.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
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
  private final BlockingQueue<Revocation> pending = new LinkedBlockingQueue<>(BOUND);
  private final AtomicBoolean isRetryDue = new AtomicBoolean();

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
    var _ = pending.offer(revocation);
    if (!isRetryDue.getAndSet(true)) {
      var _ = scheduler.schedule(PAUSE, this::retryAll);
    }
  }

  /** Makes one attempt for each: those that fail at once wait for the next time. */
  private void retryAll() {
    isRetryDue.set(false);
    if (store.isAvailable()) {
      var due = new ArrayList<Revocation>();
      pending.drainTo(due);
      due.forEach(this::tell);
    }
  }
}
