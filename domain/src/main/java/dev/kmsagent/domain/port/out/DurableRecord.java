package dev.kmsagent.domain.port.out;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Out-port: a small fact that outlives a restart of the agent, where it has a place for it. It
 * counts for {@code Cache.MaxStaleSeconds}. Thread-safe; no method blocks, and each stage completes
 * within a second, never exceptionally.
 */
public interface DurableRecord {
  /** Keeps nothing. */
  DurableRecord NONE =
      new DurableRecord() {
        @Override
        public DurableRecord under(String... name) {
          return this;
        }

        @Override
        public CompletionStage<Optional<Fact>> find() {
          return CompletableFuture.completedStage(Optional.empty());
        }

        @Override
        public void keep(String text) {}

        @Override
        public CompletionStage<?> erase() {
          return CompletableFuture.completedStage(this);
        }
      };

  /** Another record, whose name is that of this one and these words. */
  DurableRecord under(String... name);

  /** What was kept, if there is something that still counts. */
  CompletionStage<Optional<Fact>> find();

  /** Keeps a text, dated now, in place of the one before. */
  void keep(String text);

  /** Erases what was kept; once the stage is complete no restart brings it back. */
  CompletionStage<?> erase();

  /**
   * What was kept.
   *
   * @param at when, by the agent's clock
   * @param until to when it counts
   */
  record Fact(String text, Instant at, Instant until) {}
}
