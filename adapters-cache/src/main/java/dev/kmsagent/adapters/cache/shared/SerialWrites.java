package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.domain.SecretName;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What is done to the store later, in order for each secret: nobody waits for it but those who want
 * to see it done. Thread-safe.
 */
final class SerialWrites {
  private static final CompletableFuture<Void> NONE = CompletableFuture.completedFuture(null);

  private final ConcurrentMap<SecretName, CompletableFuture<Void>> last = new ConcurrentHashMap<>();
  private final Executor executor;

  SerialWrites(Executor executor) {
    this.executor = executor;
  }

  /** Does {@code write} after all before it that concern the same secret. */
  void add(SecretName plainName, Runnable write) {
    var next = last.compute(plainName, (_, before) -> done(before).thenRunAsync(write, executor));
    var _ = next.whenComplete((_, _) -> last.remove(plainName, next));
  }

  /** Complete once all writes are done that concern the secret, up to now. */
  CompletableFuture<Void> done(SecretName plainName) {
    return done(last.get(plainName));
  }

  /** One that failed, which is a bug, does not keep the next from being done. */
  private static CompletableFuture<Void> done(@Nullable CompletableFuture<Void> write) {
    return write == null ? NONE : write.exceptionally(_ -> null);
  }
}
