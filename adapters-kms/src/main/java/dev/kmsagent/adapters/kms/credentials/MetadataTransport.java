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
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.port.out.Scheduler;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The transport of credentials-java to the metadata service of an ECS instance, during one attempt
 * to get a key: {@code java.net.http}, which bounds headers, trailers and interim answers. The
 * length of a body and the time to its end are bounded here.
 *
 * <p>The library does not report the role of a key, and a failure as a text that quotes the answer:
 * both are read here, as soon as an exchange has ended. Requests in the normal mode that the
 * service has not given a reason for are rejected. For one thread.
 */
final class MetadataTransport extends CompatibleUrlConnClient {
  private static final int NOT_FOUND = 404;

  /** From the beginning of a request to the end of its answer. */
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private static final String TOKEN_PATH = "/latest/api/token";
  private static final String TOKEN_HEADER = "X-aliyun-ecs-metadata-token";

  /** The address of a role's key. */
  private static final Pattern KEY_OF_ROLE =
      Pattern.compile("http://[^/]+/latest/meta-data/ram/security-credentials/([\\w.-]{1,64})");

  private static final String SERVICE = "The metadata service of the ECS instance ";
  private static final NoSecret UNANSWERED =
      CredentialFailure.unavailable(
          "",
          SERVICE
              + "(100.100.100.200) does not answer: the agent must run on an instance, and its"
              + " container's network must let it through.");

  private final HttpClient client;
  private final Scheduler scheduler;

  /** The sentence for the case that the service does not know the role. */
  private final String missingRole;

  private NoSecret failure = UNANSWERED;
  private boolean hasNoHardenedMode;
  private String lastAddress = "";

  MetadataTransport(HttpClient client, Scheduler scheduler, String missingRole) {
    this.client = client;
    this.scheduler = scheduler;
    this.missingRole = missingRole;
  }

  /** Lets {@code library} get a key over this transport. */
  Issue issue(Function<CompatibleUrlConnClient, RefreshResult<CredentialModel>> library) {
    try {
      return issued(library.apply(this).value(), owner());
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

  /** The role of the last request for a key. */
  private Optional<Principal> owner() {
    return Optional.of(KEY_OF_ROLE.matcher(lastAddress))
        .filter(Matcher::matches)
        .map(address -> new Principal(address.group(1)));
  }

  @Override
  public HttpResponse syncInvoke(HttpRequest request) {
    var address = request.getSysUrl();
    var isForToken = address.endsWith(TOKEN_PATH);
    var isInNormalMode = !isForToken && !request.getSysHeaders().containsKey(TOKEN_HEADER);
    if (isInNormalMode && !hasNoHardenedMode) {
      throw new IllegalStateException("the service gave no reason for the normal mode");
    }
    hasNoHardenedMode = false;
    failure = UNANSWERED;
    var answer = CloudConnection.send(client, jdkRequest(request), TIMEOUT, scheduler);
    lastAddress = address;
    hasNoHardenedMode = isForToken && answer.statusCode() == NOT_FOUND;
    failure = failure(answer.statusCode());
    var response = new HttpResponse(address);
    response.setResponseCode(answer.statusCode());
    response.setHttpContent(answer.body(), StandardCharsets.UTF_8.name(), FormatType.JSON);
    return response;
  }

  private static java.net.http.HttpRequest jdkRequest(HttpRequest request) {
    var jdk =
        java.net.http.HttpRequest.newBuilder(URI.create(request.getSysUrl()))
            .method(request.getSysMethod().name(), BodyPublishers.noBody());
    // The JDK sets the length itself and does not let others set it.
    request.getSysHeaders().entrySet().stream()
        .filter(header -> !header.getKey().equalsIgnoreCase("Content-Length"))
        .forEach(header -> jdk.setHeader(header.getKey(), header.getValue()));
    return jdk.build();
  }

  /** What an answer means where the library gets no key from it. */
  private NoSecret failure(int status) {
    if (status == NOT_FOUND) {
      return hasNoHardenedMode
          ? CredentialFailure.unavailable(
              "",
              SERVICE
                  + "has no hardened mode (v2), and ALIBABA_CLOUD_IMDSV1_DISABLED forbids the normal"
                  + " mode (v1).")
          : new IdentityRefused("", missingRole);
    }
    // Statuses other than 4xx, a redirect for example, are no answers of the service.
    return status / 100 == 4 && !CredentialFailure.isTransient(status)
        ? new IdentityRefused(
            "",
            SERVICE
                + "turns us away (HTTP status "
                + status
                + "): where it takes guarded requests alone (v2), its tokens must reach the"
                + " container (hop limit).")
        : CredentialFailure.unavailable(
            "", SERVICE + "gave no key just now (HTTP status " + status + ").");
  }
}
