package dev.kmsagent.adapters.kms;

import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.adapters.kms.resilience.DeadlineSecretSource;
import dev.kmsagent.adapters.kms.resilience.KmsCalls;
import dev.kmsagent.adapters.kms.transport.CappedBody;
import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.adapters.kms.transport.TransportFailure;
import dev.kmsagent.adapters.kms.transport.UnexpectedFailure;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.Scheduler;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * KMS itself: each call is one exchange of GetSecretValue, signed by the SDK, sent with {@code
 * java.net.http} and cancelled at the deadline or the read timeout, whichever comes first.
 * Thread-safe; signing, which takes a moment, is done on the executor.
 */
public final class AliyunKmsCalls implements KmsCalls {
  private final CloudConnection connection;
  private final Executor executor;
  private final Scheduler scheduler;
  private final InstantSource clock;
  private final RequestSigner signer;

  /** Opens no connection yet. */
  public AliyunKmsCalls(
      CloudConnection connection, Executor executor, Scheduler scheduler, InstantSource clock) {
    this.connection = connection;
    this.executor = executor;
    this.scheduler = scheduler;
    this.clock = clock;
    this.signer = new RequestSigner(connection.config().endpoint().uri());
  }

  /** Creates what the first call needs, which takes a moment; it opens no connection. */
  public void prepare() {
    signer.prepare();
    var _ = connection.client();
  }

  @Override
  public CompletionStage<FetchOutcome> call(
      SecretQuery query, SigningKey signingKey, Instant deadline) {
    return CompletableFuture.supplyAsync(() -> bounded(query, signingKey, deadline), executor)
        .thenCompose(outcome -> outcome)
        .exceptionally(UnexpectedFailure::outcome);
  }

  private CompletionStage<FetchOutcome> bounded(
      SecretQuery query, SigningKey signingKey, Instant deadline) {
    var left = Duration.between(clock.instant(), deadline);
    if (!left.isPositive()) {
      return CompletableFuture.completedStage(DeadlineSecretSource.TOO_LATE);
    }
    var readTimeout = connection.config().readTimeout();
    return left.compareTo(readTimeout) > 0
        ? exchange(query, signingKey, readTimeout)
        : exchange(query, signingKey, left).thenApply(AliyunKmsCalls::byDeadline);
  }

  private CompletionStage<FetchOutcome> exchange(
      SecretQuery query, SigningKey signingKey, Duration timeout) {
    var request = signer.sign(query, signingKey);
    var exchange = connection.client().sendAsync(request, _ -> new CappedBody());
    var timer = scheduler.schedule(timeout, () -> exchange.cancel(true));
    return exchange
        .whenComplete((_, _) -> timer.cancel())
        .handle((answer, failure) -> outcome(query, answer, failure));
  }

  private static FetchOutcome outcome(
      SecretQuery query, @Nullable HttpResponse<byte[]> answer, @Nullable Throwable failure) {
    if (answer == null) {
      return TransportFailure.classify(Objects.requireNonNull(failure), "KMS");
    }
    // The JDK leaves the body out where a proxy refuses the tunnel.
    var body = Objects.requireNonNullElse(answer.body(), new byte[0]);
    if (answer.statusCode() / 100 != 2) {
      return ErrorAnswer.read(query, answer.statusCode(), answer.headers(), body);
    }
    return SecretAnswer.read(query, body);
  }

  private static FetchOutcome byDeadline(FetchOutcome outcome) {
    return outcome instanceof Unavailable(var cause, _, _) && cause == Cause.TIMEOUT
        ? DeadlineSecretSource.TOO_LATE
        : outcome;
  }
}
