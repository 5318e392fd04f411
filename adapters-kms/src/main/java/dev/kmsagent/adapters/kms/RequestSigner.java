package dev.kmsagent.adapters.kms;

import com.aliyun.auth.credentials.ICredential;
import com.aliyun.auth.credentials.provider.ICredentialProvider;
import com.aliyun.core.http.HttpClient;
import com.aliyun.core.http.HttpMethod;
import com.aliyun.core.http.HttpResponse;
import com.aliyun.sdk.gateway.pop.BaseClientBuilder;
import com.aliyun.sdk.gateway.pop.Configuration;
import com.aliyun.sdk.gateway.pop.auth.SignatureVersion;
import com.aliyun.sdk.service.kms20160120.models.GetSecretValueRequest;
import com.aliyun.sdk.service.kms20160120.models.GetSecretValueResponse;
import darabonba.core.RequestStyle;
import darabonba.core.TeaAsyncHandler;
import darabonba.core.TeaRequest;
import darabonba.core.client.ClientExecutionParams;
import darabonba.core.client.ClientOverrideConfiguration;
import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.domain.SecretQuery;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Builds requests for GetSecretValue and signs them (ACS3-HMAC-SHA256) with the vendor's SDK. The
 * SDK sends nothing and gets no answer: it would turn numbers and objects into strings, lose the
 * status of an error page and quote bodies in its exceptions. Thread-safe.
 *
 * @see <a
 *     href="https://help.aliyun.com/zh/kms/key-management-service/developer-reference/api-kms-2016-01-20-getsecretvalue">GetSecretValue</a>
 */
final class RequestSigner {
  private static final ScopedValue<Signing> CURRENT = ScopedValue.newInstance();

  private final URI endpoint;
  private @Nullable TeaAsyncHandler sdk;

  RequestSigner(URI endpoint) {
    this.endpoint = endpoint;
  }

  /** Sets the SDK up now and not for the first request, which takes a moment. */
  void prepare() {
    var _ = sdk();
  }

  /** A request for the secret, signed with {@code signingKey}, dated now. */
  HttpRequest sign(SecretQuery query, SigningKey signingKey) {
    var handler = sdk();
    var signing = new Signing(signingKey);
    return ScopedValue.where(CURRENT, signing).call(() -> signing.run(handler, parameters(query)));
  }

  private synchronized TeaAsyncHandler sdk() {
    if (sdk == null) {
      sdk = create();
    }
    return sdk;
  }

  private TeaAsyncHandler create() {
    return new HandlerBuilder()
        .credentialsProvider(new CurrentSigningKey())
        .httpClient(new RequestCapture())
        .serviceConfiguration(Configuration.create().setSignatureVersion(SignatureVersion.V3))
        .overrideConfiguration(
            ClientOverrideConfiguration.create()
                .setProtocol(endpoint.getScheme().toUpperCase(Locale.ROOT))
                .setEndpointOverride(endpoint.getAuthority()))
        .build();
  }

  private static GetSecretValueRequest parameters(SecretQuery query) {
    var read =
        GetSecretValueRequest.builder().secretName(query.name().value()).fetchExtendedConfig(true);
    query.version().id().ifPresent(id -> read.versionId(id.value()));
    query.version().stage().ifPresent(stage -> read.versionStage(stage.value()));
    return read.build();
  }

  /** The action as the vendor's client describes it, without the classes of all its others. */
  private static TeaRequest request(GetSecretValueRequest parameters) {
    return TeaRequest.create()
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
        .formModel(parameters);
  }

  /** One request on its way through the SDK, which stays on the calling thread. */
  private static final class Signing {
    private final SigningKey signingKey;
    private @Nullable HttpRequest signed;

    Signing(SigningKey signingKey) {
      this.signingKey = signingKey;
    }

    HttpRequest run(TeaAsyncHandler handler, GetSecretValueRequest parameters) {
      var call =
          handler.execute(
              new ClientExecutionParams<GetSecretValueRequest, GetSecretValueResponse>()
                  .withInput(parameters)
                  .withRequest(request(parameters))
                  .withOutput(GetSecretValueResponse.create()));
      if (signed == null) {
        throw new CompletionException(
            "the SDK signed no request",
            call.isCompletedExceptionally() ? call.exceptionNow() : null);
      }
      return signed;
    }
  }

  /** Gives the SDK the key of the request that it signs. */
  private static final class CurrentSigningKey implements ICredentialProvider {
    @Override
    public ICredential getCredentials() {
      return CURRENT.get().signingKey.reveal();
    }

    @Override
    public void close() {}
  }

  /** Takes the signed request instead of sending it. */
  private static final class RequestCapture implements HttpClient {
    @Override
    public CompletableFuture<HttpResponse> send(com.aliyun.core.http.HttpRequest request) {
      CURRENT.get().signed = toSend(request);
      return new CompletableFuture<>();
    }

    /** The action has no body: its parameters are all in the query. */
    private static HttpRequest toSend(com.aliyun.core.http.HttpRequest signed) {
      var request =
          HttpRequest.newBuilder(URI.create(signed.getUrl().toString()))
              .POST(BodyPublishers.noBody());
      signed.getHeaders().forEach(header -> request.setHeader(header.getName(), header.getValue()));
      return request.build();
    }

    @Override
    public void close() {}
  }

  private static final class HandlerBuilder
      extends BaseClientBuilder<HandlerBuilder, TeaAsyncHandler> {
    @Override
    protected String serviceName() {
      return "kms20160120";
    }

    @Override
    protected TeaAsyncHandler buildClient() {
      return new TeaAsyncHandler(applyClientConfiguration());
    }
  }
}
