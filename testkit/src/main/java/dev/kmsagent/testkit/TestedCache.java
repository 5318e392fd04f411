package dev.kmsagent.testkit;

import dev.kmsagent.domain.port.SecretCache;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The cache that a contract is about, its clock, and how its tests wait. */
public interface TestedCache {
  /** The cache under test: one for each test, empty at first, the same throughout it. */
  SecretCache cache();

  /** The clock by which the cache under test judges deadlines. */
  default InstantSource clock() {
    return InstantSource.system();
  }

  /** Returns once the condition holds, which the cache brings about in the background. */
  default void await(BooleanSupplier condition) {
    Patience.assertSoon(condition);
  }

  /** What the stage completes with. */
  default <T> T join(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }
}
