package dev.kmsagent.adapters.kms;

import com.aliyun.core.http.HttpMethod;
import com.aliyun.sdk.gateway.pop.BaseClientBuilder;
import com.aliyun.sdk.service.kms20160120.models.GetSecretValueRequest;
import com.aliyun.sdk.service.kms20160120.models.GetSecretValueResponse;
import darabonba.core.RequestStyle;
import darabonba.core.TeaAsyncHandler;
import darabonba.core.TeaRequest;
import darabonba.core.client.ClientConfiguration;
import darabonba.core.client.ClientExecutionParams;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The part of the vendor's asynchronous client that the agent uses: its one action, described to
 * the vendor's handler as the vendor's own client does it. That one brings the classes of all
 * actions of KMS along, some five hundred. Thread-safe.
 *
 * @see <a
 *     href="https://help.aliyun.com/zh/kms/key-management-service/developer-reference/api-kms-2016-01-20-getsecretvalue">GetSecretValue</a>
 */
final class SecretValueClient {
  private final TeaAsyncHandler handler;

  private SecretValueClient(ClientConfiguration configuration) {
    this.handler = new TeaAsyncHandler(configuration);
  }

  /** Every failure is one of the future, as the vendor's client has it. */
  CompletableFuture<GetSecretValueResponse> getSecretValue(GetSecretValueRequest request) {
    try {
      return call(request);
    } catch (RuntimeException failure) {
      return CompletableFuture.failedFuture(failure);
    }
  }

  private CompletableFuture<GetSecretValueResponse> call(GetSecretValueRequest request) {
    handler.validateRequestModel(request);
    var call =
        TeaRequest.create()
            .setProduct("Kms")
            .setEndpointRule("regional")
            .setEndpointMap(Map.of())
            .setVersion("2016-01-20")
            .setStyle(RequestStyle.RPC)
            .setAction("GetSecretValue")
            .setMethod(HttpMethod.POST)
            .setPathRegex("/")
            .setBodyType("json")
            .setBodyIsForm(false)
            .setReqBodyType("json")
            .formModel(request);
    return handler.execute(
        new ClientExecutionParams<GetSecretValueRequest, GetSecretValueResponse>()
            .withInput(request)
            .withRequest(call)
            .withOutput(GetSecretValueResponse.create()));
  }

  /** Sets one up as the vendor's clients are. */
  static final class Builder extends BaseClientBuilder<Builder, SecretValueClient> {
    @Override
    protected String serviceName() {
      return "kms20160120";
    }

    @Override
    protected SecretValueClient buildClient() {
      return new SecretValueClient(applyClientConfiguration());
    }
  }
}
