package dev.kmsagent.adapters.telemetry;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.event.KeyValuePair;

/** Where audit lines go. Thread-safe; never blocks. */
@FunctionalInterface
public interface AuditTrail {
  /** What became of a line. */
  enum Delivery {
    /** It was handed to the operating system. */
    WRITTEN,
    /** It was not written in time, and still may be. */
    LATE,
    /** It was not, and will not be. */
    LOST
  }

  /**
   * Writes a line of {@code event} with {@code fields}. The stage never completes exceptionally;
   * while the file takes nothing it does not complete at all.
   *
   * @param kind of line, whose room it takes, and that it counts as if it is lost
   */
  CompletionStage<Delivery> write(LogLosses.Kind kind, String event, List<KeyValuePair> fields);

  /** Completes, never exceptionally, when each line so far is written or lost. */
  default CompletionStage<?> written() {
    return CompletableFuture.completedStage(null);
  }

  /** The sequence number of the last line that was written; 0 if lines have none. */
  default long sequence() {
    return 0;
  }
}
