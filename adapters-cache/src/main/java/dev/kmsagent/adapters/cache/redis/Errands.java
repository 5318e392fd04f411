package dev.kmsagent.adapters.cache.redis;

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
final class Errands {
  private static final CompletableFuture<Void> NONE = CompletableFuture.completedFuture(null);

  private final ConcurrentMap<SecretName, CompletableFuture<Void>> last = new ConcurrentHashMap<>();
  private final Executor executor;

  Errands(Executor executor) {
    this.executor = executor;
  }

  /** Does {@code errand} after all before it that concern the same secret. */
  void add(SecretName plainName, Runnable errand) {
    var next = last.compute(plainName, (_, before) -> done(before).thenRunAsync(errand, executor));
    var _ = next.whenComplete((_, _) -> last.remove(plainName, next));
  }

  /** Complete once all errands are done that concern the secret, up to now. */
  CompletableFuture<Void> done(SecretName plainName) {
    return done(last.get(plainName));
  }

  /** One that failed, which is a bug, does not keep the next from being done. */
  private static CompletableFuture<Void> done(@Nullable CompletableFuture<Void> errand) {
    return errand == null ? NONE : errand.exceptionally(_ -> null);
  }
}
