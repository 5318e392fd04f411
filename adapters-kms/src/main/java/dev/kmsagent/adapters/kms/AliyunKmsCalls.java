package dev.kmsagent.adapters.kms;

import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.adapters.kms.resilience.BoundedCalls;
import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.adapters.kms.transport.TransportFailure;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.SecretQuery;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * KMS itself: each call is one exchange of GetSecretValue, signed by the SDK and sent with {@code
 * java.net.http}. Thread-safe; signing, which takes a moment, is done on the executor.
 */
public final class AliyunKmsCalls implements BoundedCalls.Exchanges {
  /**
   * The loggers of the vendor's libraries, each with everything below it. They must be off at every
   * level: they print strings to sign with the security token in them, and answers of STS with its
   * keys.
   */
  public static final List<String> SDK_LOGGERS = List.of("com.aliyun", "darabonba");

  private final CloudConnection connection;
  private final RequestSigner signer;

  /** Opens no connection yet. */
  public AliyunKmsCalls(CloudConnection connection) {
    this.connection = connection;
    this.signer = new RequestSigner(connection.config().endpoint().uri());
  }

  /** Creates what the first call needs, which takes a moment; it opens no connection. */
  public void prepare() {
    signer.prepare();
    connection.prepare();
  }

  @Override
  public CompletableFuture<FetchOutcome> begin(SecretQuery query, SigningKey signingKey) {
    var answer = new CompletableFuture<FetchOutcome>();
    var _ =
        CompletableFuture.supplyAsync(
                () -> exchange(query, signingKey, answer), connection.executor())
            .thenCompose(outcome -> outcome)
            .exceptionally(TransportFailure::unexpected)
            .thenAccept(answer::complete);
    return answer;
  }

  private CompletionStage<FetchOutcome> exchange(
      SecretQuery query, SigningKey signingKey, CompletableFuture<FetchOutcome> answer) {
    var request = signer.sign(query, signingKey);
    var exchange = connection.client().sendAsync(request, _ -> CloudConnection.boundedBody());
    var _ = answer.whenComplete((_, _) -> exchange.cancel(true));
    return exchange.handle(
        (response, failure) -> outcome(query, signingKey.id(), response, failure));
  }

  private static FetchOutcome outcome(
      SecretQuery query,
      String keyId,
      @Nullable HttpResponse<byte[]> answer,
      @Nullable Throwable failure) {
    if (answer == null) {
      return TransportFailure.classify(Objects.requireNonNull(failure), "KMS");
    }
    // The JDK leaves the body out where a proxy refuses the tunnel.
    var body = Objects.requireNonNullElse(answer.body(), new byte[0]);
    if (answer.statusCode() / 100 != 2) {
      return ErrorAnswer.read(query, keyId, answer.statusCode(), answer.headers(), body);
    }
    return SecretAnswer.read(query, body);
  }
}
