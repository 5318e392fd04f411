package dev.kmsagent.adapters.kms.transport;

import dev.kmsagent.domain.port.out.Scheduler;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Reads a file on a thread for files, and waits for it a bounded time. While a read hangs, no other
 * begins, and nobody waits for it any more. Thread-safe.
 */
public final class BoundedRead<T> {
  /** A file of the same host is read within milliseconds. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Supplier<T> read;
  private final Executor files;
  private final Scheduler scheduler;
  private CompletableFuture<T> current =
      CompletableFuture.failedFuture(new CancellationException());
  private CompletableFuture<Optional<T>> inTime =
      CompletableFuture.completedFuture(Optional.empty());

  /**
   * @param read must not throw
   * @param files platform threads
   */
  public BoundedRead(Supplier<T> read, Executor files, Scheduler scheduler) {
    this.read = read;
    this.files = files;
    this.scheduler = scheduler;
  }

  /** What was read; empty where that takes longer than two seconds. */
  public Optional<T> get() {
    return started().join();
  }

  private synchronized CompletableFuture<Optional<T>> started() {
    if (current.isDone()) {
      current = CompletableFuture.supplyAsync(read, files);
      var reading = current.thenApply(Optional::of);
      var timer = scheduler.schedule(PATIENCE, () -> reading.complete(Optional.empty()));
      inTime = reading.whenComplete((_, _) -> timer.cancel());
    }
    return inTime;
  }
}
