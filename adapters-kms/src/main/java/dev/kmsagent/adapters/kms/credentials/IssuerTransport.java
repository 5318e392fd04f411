package dev.kmsagent.adapters.kms.credentials;

import com.aliyun.credentials.http.CompatibleUrlConnClient;
import com.aliyun.credentials.http.FormatType;
import com.aliyun.credentials.http.HttpRequest;
import com.aliyun.credentials.http.HttpResponse;
import com.aliyun.credentials.models.CredentialModel;
import com.aliyun.credentials.provider.RefreshResult;
import dev.kmsagent.adapters.kms.credentials.KeyIssuer.Issue;
import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.port.Scheduler;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The transport of credentials-java during one attempt to get a key: {@code java.net.http}, which
 * bounds headers, trailers and interim answers. The length of a body and the time to its end are
 * bounded here. The library reports a failure as a text that quotes the answer: it is read here, as
 * soon as an exchange has ended. For one thread.
 */
final class IssuerTransport extends CompatibleUrlConnClient {
  private final HttpClient client;
  private final Scheduler scheduler;
  private final Duration timeout;
  private final MetadataService service;
  private NoSecret failure;

  /**
   * @param timeout from the beginning of a request to the end of its answer
   */
  IssuerTransport(
      HttpClient client, Scheduler scheduler, Duration timeout, MetadataService service) {
    this.client = client;
    this.scheduler = scheduler;
    this.timeout = timeout;
    this.service = service;
    this.failure = service.unanswered();
  }

  /** Lets {@code library} get a key over this transport. */
  Issue issue(Function<CompatibleUrlConnClient, RefreshResult<CredentialModel>> library) {
    try {
      return issued(library.apply(this).value(), service.owner());
    } catch (RuntimeException _) {
      return new Issue.NotIssued(failure);
    }
  }

  /**
   * The key of the library.
   *
   * @throws IllegalArgumentException when a part of it is missing; it quotes nothing
   */
  static Issue.Issued issued(CredentialModel model, Optional<Principal> owner) {
    var signingKey =
        SigningKey.temporary(
            model.getAccessKeyId(), model.getAccessKeySecret(), model.getSecurityToken());
    return new Issue.Issued(signingKey, Instant.ofEpochMilli(model.getExpiration()), owner);
  }

  @Override
  public HttpResponse syncInvoke(HttpRequest request) {
    service.prepare(request);
    try {
      var answer = CloudConnection.send(client, jdkRequest(request), timeout, scheduler);
      var response = libraryResponse(request, answer.statusCode(), answer.body());
      failure =
          service.answered(
              request.getSysUrl(), response.getResponseCode(), response.getHttpContent());
      return response;
    } catch (CancellationException | CompletionException unanswered) {
      failure = service.unanswered();
      throw unanswered;
    }
  }

  private static java.net.http.HttpRequest jdkRequest(HttpRequest request) {
    var jdk =
        java.net.http.HttpRequest.newBuilder(URI.create(request.getSysUrl()))
            .method(request.getSysMethod().name(), body(request.getHttpContent()));
    // The JDK sets the length itself and does not let others set it.
    request.getSysHeaders().entrySet().stream()
        .filter(header -> !header.getKey().equalsIgnoreCase("Content-Length"))
        .forEach(header -> jdk.setHeader(header.getKey(), header.getValue()));
    return jdk.build();
  }

  private static BodyPublisher body(byte @Nullable [] content) {
    return content == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(content);
  }

  /** The JDK leaves the body out where a proxy refuses the tunnel. */
  private static HttpResponse libraryResponse(
      HttpRequest request, int status, byte @Nullable [] body) {
    var response = new HttpResponse(request.getSysUrl());
    response.setResponseCode(status);
    response.setHttpContent(
        Objects.requireNonNullElse(body, new byte[0]),
        StandardCharsets.UTF_8.name(),
        FormatType.JSON);
    return response;
  }
}
