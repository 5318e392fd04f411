package dev.kmsagent.adapters.kms;

import dev.kmsagent.adapters.kms.credentials.CredentialsProvider;
import dev.kmsagent.adapters.kms.credentials.CredentialsProvider.Outcome;
import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.adapters.kms.resilience.DeadlineSecretSource;
import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.Scheduler;
import dev.kmsagent.domain.port.SecretSource;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * KMS itself: each fetch is one call of GetSecretValue, signed with ACS3-HMAC-SHA256, broken off at
 * its deadline. Thread-safe; signing, which takes a moment, is done on the executor given.
 */
public final class AliyunSecretSource implements SecretSource, AutoCloseable {
  private final CloudConnection connection;
  private final Duration readTimeout;
  private final CredentialsProvider credentials;
  private final Executor executor;
  private final InstantSource clock;
  private final SdkClient sdk;
  private final SecretSource guarded;

  /**
   * Calls nobody yet.
   *
   * @param executor for tasks that take a moment
   */
  public AliyunSecretSource(
      CloudConnection connection,
      CredentialsProvider credentials,
      Executor executor,
      Scheduler scheduler,
      InstantSource clock) {
    this.connection = connection;
    this.readTimeout = connection.settings().readTimeout();
    this.credentials = credentials;
    this.executor = executor;
    this.clock = clock;
    var transport = new JdkTransport(connection, scheduler);
    this.sdk = new SdkClient(connection.settings().endpoint(), new CheckedAnswers(transport));
    this.guarded = new DeadlineSecretSource(this::ask, clock, scheduler);
  }

  /** Makes what the first call needs, which takes a moment; it calls nobody. */
  public void prepare() {
    sdk.prepare();
    var _ = connection.client();
  }

  @Override
  public CompletionStage<FetchOutcome> fetch(SecretQuery query, Instant deadline) {
    return guarded.fetch(query, deadline);
  }

  /** In time but for the wait for credentials, which has no end of its own. */
  private CompletionStage<FetchOutcome> ask(SecretQuery query, Instant deadline) {
    return credentials
        .obtain()
        .thenComposeAsync(outcome -> begin(query, outcome, deadline), executor)
        .exceptionally(failure -> Failures.outcome(failure, query));
  }

  private CompletionStage<FetchOutcome> begin(
      SecretQuery query, Outcome outcome, Instant deadline) {
    return switch (outcome) {
      case Outcome.Missing(var reason) -> CompletableFuture.completedStage(reason);
      case Outcome.Obtained(var signingKey) ->
          call(query, signingKey, Duration.between(clock.instant(), deadline));
    };
  }

  private CompletionStage<FetchOutcome> call(
      SecretQuery query, SigningKey signingKey, Duration left) {
    if (!left.isPositive()) {
      return CompletableFuture.completedStage(tooLate());
    }
    return left.compareTo(readTimeout) > 0
        ? exchange(query, signingKey, readTimeout)
        : exchange(query, signingKey, left).thenApply(AliyunSecretSource::byDeadline);
  }

  private CompletionStage<FetchOutcome> exchange(
      SecretQuery query, SigningKey signingKey, Duration timeout) {
    return sdk.getSecretValue(query, signingKey, timeout)
        .thenApply(answer -> SecretAnswer.read(query, answer.getBody()))
        .exceptionally(failure -> Failures.outcome(failure, query));
  }

  private static FetchOutcome byDeadline(FetchOutcome outcome) {
    return outcome instanceof Unavailable(var cause, _, _) && cause == Cause.TIMEOUT
        ? tooLate()
        : outcome;
  }

  private static Unavailable tooLate() {
    return new Unavailable(Cause.DEADLINE, "", "KMS did not answer before the deadline.");
  }

  /** Breaks off what is still going on, and closes the connection and the credentials. */
  @Override
  public void close() {
    sdk.close();
    credentials.close();
  }
}
