package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Unavailable;
import dev.kmsagent.domain.port.SecretSource;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A call to the source inside a decorator, which is always seen to its end. */
final class InnerCall {
  private static final Logger LOG = LoggerFactory.getLogger(InnerCall.class);

  private InnerCall() {}

  /**
   * Fetches from {@code inner} and tells {@code atEnd} the outcome, before anybody else. That
   * happens once whatever becomes of the stage that is handed out: cancelling it changes nothing
   * but itself. Where {@code inner} breaks its contract and throws, the outcome says so.
   */
  static CompletionStage<FetchOutcome> follow(
      SecretSource inner, SecretQuery query, Instant deadline, Consumer<FetchOutcome> atEnd) {
    return call(inner, query, deadline)
        .exceptionally(InnerCall::unforeseen)
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

  /** Neither message nor cause is told: of the SDK's exceptions they can hold the secret. */
  private static FetchOutcome unforeseen(Throwable bug) {
    var detail = "The call failed in an unforeseen way: " + bug.getClass().getName() + ".";
    LOG.error("{}", detail);
    return new Unavailable(Unavailable.Cause.UNREADABLE, "", detail);
  }
}
