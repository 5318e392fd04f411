package dev.kmsagent.adapters.kms;

import com.aliyun.core.http.HttpClient;
import com.aliyun.sdk.gateway.pop.Configuration;
import com.aliyun.sdk.gateway.pop.auth.SignatureVersion;
import com.aliyun.sdk.service.kms20160120.models.GetSecretValueRequest;
import com.aliyun.sdk.service.kms20160120.models.GetSecretValueResponse;
import darabonba.core.RequestConfiguration;
import darabonba.core.client.ClientOverrideConfiguration;
import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.VersionSelector;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The vendor's asynchronous client, set up for one endpoint: signatures of version 3, none of its
 * own retries. It is made for the first call. Thread-safe.
 */
final class SdkClient implements AutoCloseable {
  private final CallKey callKey = new CallKey();
  private final URI endpoint;
  private final HttpClient transport;
  private @Nullable SecretValueClient client;

  SdkClient(URI endpoint, HttpClient transport) {
    this.endpoint = endpoint;
    this.transport = transport;
  }

  private synchronized SecretValueClient client() {
    var made = client == null ? create() : client;
    client = made;
    return made;
  }

  private SecretValueClient create() {
    return new SecretValueClient.Builder()
        .credentialsProvider(callKey)
        .httpClient(transport)
        .serviceConfiguration(Configuration.create().setSignatureVersion(SignatureVersion.V3))
        .overrideConfiguration(
            ClientOverrideConfiguration.create()
                .setProtocol(endpoint.getScheme().toUpperCase(Locale.ROOT))
                .setEndpointOverride(endpoint.getAuthority()))
        .build();
  }

  /** Makes the client now, and not for the first call. */
  void prepare() {
    var _ = client();
  }

  /** One call, signed with {@code signingKey}; broken off after {@code timeout}. */
  CompletableFuture<GetSecretValueResponse> getSecretValue(
      SecretQuery query, SigningKey signingKey, Duration timeout) {
    var request = request(query, timeout);
    var kms = client();
    return callKey.during(signingKey, () -> kms.getSecretValue(request));
  }

  private static GetSecretValueRequest request(SecretQuery query, Duration timeout) {
    var request =
        GetSecretValueRequest.builder()
            .secretName(query.name().value())
            .fetchExtendedConfig(true)
            .requestConfiguration(RequestConfiguration.create().setResponseTimeout(timeout));
    return switch (query.version()) {
      case VersionSelector.ByStage(var stage) -> request.versionStage(stage.value()).build();
      case VersionSelector.ById(var id) -> request.versionId(id.value()).build();
      case VersionSelector.ByIdAndStage(var id, var stage) ->
          request.versionId(id.value()).versionStage(stage.value()).build();
    };
  }

  /** Closes the transport. */
  @Override
  public void close() {
    transport.close();
  }
}
