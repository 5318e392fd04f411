package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.shared.EntryStore.Done;
import dev.kmsagent.adapters.cache.shared.EntryStore.RevokeCondition;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.CacheEvent.RevocationDropped;
import dev.kmsagent.domain.port.Scheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Writes revocations to the store; those that failed once more when it is back. When too many wait
 * for that, it drops the oldest, and says so: agents that have a copy then serve it until it lapses
 * and KMS refuses it to them too. Thread-safe.
 */
final class Revocations {
  /** The revocations that wait for the store however few the copies are. */
  static final int LEAST = 1000;

  /** Until the next attempt on a store that is available all the time, and yet did not take it. */
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private static final int RETRIES = 16;

  private final EntryStore store;
  private final SerialTasks<SecretName> writes;
  private final ConcurrentTasks retries;
  private final Scheduler scheduler;
  private final AgentEvents events;
  private final int bound;
  private final Queue<Revocation> pending = new ArrayDeque<>();
  private final AtomicBoolean isRetryDue = new AtomicBoolean();

  private record Revocation(
      SecretName plainName,
      RevokeCondition condition,
      Supplier<CompletionStage<StoreResult<Done>>> attempt) {}

  /**
   * @param copies that this agent keeps at most
   */
  Revocations(
      EntryStore store,
      SerialTasks<SecretName> writes,
      Executor executor,
      Scheduler scheduler,
      AgentEvents events,
      int copies) {
    this.store = store;
    this.writes = writes;
    this.retries = new ConcurrentTasks(RETRIES, executor);
    this.scheduler = scheduler;
    this.events = events;
    this.bound = Math.max(LEAST, copies);
    store.onAvailabilityChange(this::retryAll);
  }

  /**
   * Makes the attempt after earlier writes of the same secret, and again until it succeeds: but
   * once only where this agent had no copy, since any client can have any name refused.
   */
  void tell(
      SecretName plainName,
      RevokeCondition condition,
      Supplier<CompletionStage<StoreResult<Done>>> attempt) {
    tell(new Revocation(plainName, condition, attempt));
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
    switch (revocation.condition()) {
      case ALWAYS -> {
        add(revocation).ifPresent(old -> events.publish(new RevocationDropped(old.plainName())));
        if (!isRetryDue.getAndSet(true)) {
          var _ = scheduler.schedule(PAUSE, this::retryAll);
        }
      }
      case IF_STORED -> {}
    }
  }

  /** Gives the one that is dropped for lack of room. */
  private Optional<Revocation> add(Revocation revocation) {
    synchronized (pending) {
      pending.add(revocation);
      return pending.size() > bound ? Optional.of(pending.remove()) : Optional.empty();
    }
  }

  private List<Revocation> removeAll() {
    synchronized (pending) {
      var all = List.copyOf(pending);
      pending.clear();
      return all;
    }
  }

  /** Makes one attempt for each: those that fail at once wait for the next time. */
  private void retryAll() {
    isRetryDue.set(false);
    if (store.isAvailable()) {
      removeAll().forEach(revocation -> retries.add(() -> retry(revocation)));
    }
  }

  private CompletionStage<Void> retry(Revocation revocation) {
    tell(revocation);
    return writes.ended(revocation.plainName());
  }
}
