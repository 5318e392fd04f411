package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.shared.SharedEntries.Told;
import dev.kmsagent.domain.SecretName;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Tells the other agents what KMS refused, and tells it again when the store is back, if it could
 * not be told. Thread-safe.
 */
final class Revocations {
  /** More refusals than this in one outage are those of a client that guesses names. */
  private static final int BOUND = 1000;

  /** Until it is told again to a store that is asked all the time, and yet did not take it. */
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final EntryStore store;
  private final SerialWrites writes;
  private final Background background;
  private final Queue<Revocation> untold = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();

  private record Revocation(SecretName plainName, Supplier<Told> telling) {}

  Revocations(EntryStore store, SerialWrites writes, Background background) {
    this.store = store;
    this.writes = writes;
    this.background = background;
    store.watch(this::tellAgain);
  }

  /**
   * Tells it after what was stored of the secret before.
   *
   * @param telling one attempt, which waits for the store
   */
  void tell(SecretName plainName, Supplier<Told> telling) {
    tell(new Revocation(plainName, telling));
  }

  private void tell(Revocation revocation) {
    writes.add(
        revocation.plainName(),
        () -> {
          switch (revocation.telling().get()) {
            case YES -> {}
            case NOT_YET -> keep(revocation);
          }
        });
  }

  private void keep(Revocation revocation) {
    var number = count.incrementAndGet();
    if (number <= BOUND) {
      untold.add(revocation);
    }
    if (number == 1) {
      background.later(PAUSE, this::tellAgain);
    }
    if (number > BOUND) {
      count.decrementAndGet();
    }
  }

  private void tellAgain() {
    if (store.isAsked()) {
      for (var next = untold.poll(); next != null; next = untold.poll()) {
        count.decrementAndGet();
        tell(next);
      }
    }
  }
}
