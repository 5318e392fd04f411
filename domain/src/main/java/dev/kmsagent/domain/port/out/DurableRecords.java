package dev.kmsagent.domain.port.out;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/**
 * Out-port: small facts that outlive a restart of the agent, where it has a place for them. Each
 * counts for {@code Cache.MaxStaleSeconds}. Thread-safe; no method blocks, and each stage completes
 * within a second, never exceptionally.
 */
public interface DurableRecords {
  /** Keeps nothing. */
  DurableRecords NONE =
      new DurableRecords() {
        @Override
        public CompletionStage<Optional<Fact>> find(List<String> name) {
          return CompletableFuture.completedStage(Optional.empty());
        }

        @Override
        public void keep(List<String> name, String text) {}

        @Override
        public CompletionStage<?> erase(List<String> name) {
          return CompletableFuture.completedStage(name);
        }
      };

  /** The record of this name, if there is one that still counts. */
  CompletionStage<Optional<Fact>> find(List<String> name);

  /** Keeps a record, dated now, in place of the one of this name. */
  void keep(List<String> name, String text);

  /** Erases the record of this name; once the stage is complete no restart brings it back. */
  CompletionStage<?> erase(List<String> name);

  /** The same records, each of whose names begins with {@code prefix}. */
  default DurableRecords under(String... prefix) {
    var all = this;
    return new DurableRecords() {
      @Override
      public CompletionStage<Optional<Fact>> find(List<String> name) {
        return all.find(full(name));
      }

      @Override
      public void keep(List<String> name, String text) {
        all.keep(full(name), text);
      }

      @Override
      public CompletionStage<?> erase(List<String> name) {
        return all.erase(full(name));
      }

      private List<String> full(List<String> name) {
        return Stream.concat(Stream.of(prefix), name.stream()).toList();
      }
    };
  }

  /**
   * What was kept.
   *
   * @param at when, by the agent's clock
   * @param until to when it counts
   */
  record Fact(String text, Instant at, Instant until) {}
}
