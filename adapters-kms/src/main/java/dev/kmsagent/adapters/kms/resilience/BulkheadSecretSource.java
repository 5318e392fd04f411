package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.SecretSource;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Limits the concurrent fetches; a fetch beyond the limit fails at once. Thread-safe. */
public final class BulkheadSecretSource implements SecretSource {
  /** The limit for all calls to KMS. */
  public static final int MAX_CALLS = 32;

  private static final Unavailable FULL =
      new Unavailable(
          Unavailable.Cause.BULKHEAD_FULL, "", "Too many calls to KMS are under way already.");

  private final SecretSource inner;
  private final Bulkhead bulkhead;

  /**
   * @param maxConcurrentCalls at least 1
   */
  public BulkheadSecretSource(SecretSource inner, int maxConcurrentCalls) {
    this.inner = inner;
    this.bulkhead =
        Bulkhead.of(
            "kms",
            BulkheadConfig.custom()
                .maxConcurrentCalls(maxConcurrentCalls)
                .maxWaitDuration(Duration.ZERO)
                .build());
  }

  @Override
  public CompletionStage<FetchOutcome> fetch(SecretQuery query, Instant deadline) {
    return bulkhead.tryAcquirePermission()
        ? Outcomes.observe(() -> inner.fetch(query, deadline), _ -> bulkhead.onComplete())
        : CompletableFuture.completedStage(FULL);
  }
}
