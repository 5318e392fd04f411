package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.adapters.kms.transport.UnexpectedFailure;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.SecretSource;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** A call to the source inside a decorator, which is always seen to its end. */
final class InnerCall {
  private InnerCall() {}

  /**
   * Fetches from {@code inner} and tells {@code atEnd} the outcome, before anybody else. That
   * happens once whatever becomes of the stage that is handed out: cancelling it changes nothing
   * but itself. Where {@code inner} breaks its contract and throws, the outcome says so.
   */
  static CompletionStage<FetchOutcome> follow(
      SecretSource inner, SecretQuery query, Instant deadline, Consumer<FetchOutcome> atEnd) {
    return call(inner, query, deadline)
        .exceptionally(UnexpectedFailure::outcome)
        .thenApply(
            outcome -> {
              atEnd.accept(outcome);
              return outcome;
            })
        .toCompletableFuture()
        .copy();
  }

  private static CompletionStage<FetchOutcome> call(
      SecretSource inner, SecretQuery query, Instant deadline) {
    try {
      return inner.fetch(query, deadline);
    } catch (RuntimeException bug) {
      return CompletableFuture.failedStage(bug);
    }
  }
}
