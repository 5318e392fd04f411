package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.adapters.kms.transport.TransportFailure;
import dev.kmsagent.domain.FetchOutcome;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** How decorators wait for the outcome of the call that they decorate. */
final class Outcomes {
  private Outcomes() {}

  /**
   * Makes {@code call} and passes its outcome to {@code observer} before anybody else. That happens
   * exactly once: cancelling the returned stage does not cancel the call, and a call that throws
   * has an outcome, too.
   */
  static CompletionStage<FetchOutcome> observe(
      Supplier<CompletionStage<FetchOutcome>> call, Consumer<FetchOutcome> observer) {
    return CompletableFuture.completedStage(call)
        .thenCompose(Supplier::get)
        .exceptionally(TransportFailure::unexpected)
        .thenApply(
            outcome -> {
              observer.accept(outcome);
              return outcome;
            })
        .toCompletableFuture()
        .copy();
  }
}
