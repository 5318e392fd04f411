package dev.kmsagent.adapters.kms.credentials;

import com.aliyun.credentials.exception.CredentialException;
import com.aliyun.credentials.http.CompatibleUrlConnClient;
import com.aliyun.credentials.http.HttpRequest;
import com.aliyun.credentials.http.HttpResponse;
import com.aliyun.credentials.provider.ECSMetadataServiceCredentialsFetcher;
import com.aliyun.credentials.utils.AuthUtils;
import dev.kmsagent.adapters.kms.credentials.KeyIssuer.Issue;
import dev.kmsagent.adapters.kms.credentials.KeyIssuer.KeyOwner;
import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.config.CredentialSource.InstanceRole;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.port.Scheduler;
import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The RAM role of an ECS instance, whose metadata service issues its keys: {@code CredentialType =
 * "EcsRamRole"}. The service is asked in its hardened mode (v2). It is asked in the normal mode
 * (v1) only where it answers that it has no other (404), and never where {@code
 * ALIBABA_CLOUD_IMDSV1_DISABLED} is {@code true}. Nothing of credentials-java runs in the
 * background.
 */
public record EcsRoleCredentials(CredentialSource.EcsRole config) implements CredentialType.Issued {
  /** The service runs on the instance's own host: it answers at once or not at all. */
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

  /** From the beginning of a request to the end of its answer. */
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(2);

  @Override
  public String description() {
    return switch (config.role()) {
      case InstanceRole.Named(var name) -> "the role %s of the ECS instance".formatted(name);
      case InstanceRole.Found() -> "the role of the ECS instance";
    };
  }

  @Override
  public String holder() {
    return switch (config.role()) {
      case InstanceRole.Named(var name) -> "the role " + name;
      case InstanceRole.Found() -> "the role of the instance";
    };
  }

  @Override
  public Optional<String> trustPolicy() {
    return Optional.of(RamPolicy.trustInInstances());
  }

  @Override
  public KeyIssuer issuer(CloudConnection connection) {
    return issuer(connection.scheduler());
  }

  /** The issuer, which uses no connection of the agent, and so not {@code KMS.Proxy}. */
  public KeyIssuer issuer(Scheduler scheduler) {
    var exchange = new BoundedExchange(scheduler, ANSWER_TIMEOUT);
    return switch (config.role()) {
      case InstanceRole.Named(var name) ->
          issuer(
              exchange,
              name,
              "The ECS instance has no RAM role "
                  + name
                  + ": attach it to the instance, or correct KMS.RoleName.");
      case InstanceRole.Found() ->
          issuer(
              exchange,
              null,
              "The ECS instance has no RAM role: attach one to it, or choose another"
                  + " KMS.CredentialType.");
    };
  }

  private static KeyIssuer issuer(
      BoundedExchange exchange, @Nullable String roleName, String missingRole) {
    var metadata =
        new ECSMetadataServiceCredentialsFetcher(
            roleName, AuthUtils.getDisableECSIMDSv1(), null, null);
    return () -> issue(metadata, new MetadataTransport(exchange), missingRole);
  }

  private static Issue issue(
      ECSMetadataServiceCredentialsFetcher metadata,
      MetadataTransport transport,
      String missingRole) {
    try (transport) {
      var model = metadata.fetch(transport).value();
      return CredentialModels.temporary(model, transport.owner());
    } catch (RuntimeException _) {
      return new Issue.NotIssued(transport.failure(missingRole));
    }
  }

  /**
   * The transport of credentials-java to the metadata service. It records the last request and the
   * status of its answer: the library reports a failure as a text that quotes the answer, and does
   * not report the role of a key. It also rejects requests in the normal mode that the service has
   * not given a reason for. For one thread.
   */
  private static final class MetadataTransport extends CompatibleUrlConnClient {
    /** The library, too, reports a missing answer as this status. */
    private static final int NO_ANSWER = 0;

    private static final int OK = 200;
    private static final int NOT_FOUND = 404;

    private static final String TOKEN_PATH = "/latest/api/token";
    private static final String TOKEN_HEADER = "X-aliyun-ecs-metadata-token";

    /** The address of a role's key. */
    private static final Pattern KEY_OF_ROLE =
        Pattern.compile("http://[^/]+/latest/meta-data/ram/security-credentials/([\\w.-]{1,64})");

    private static final String UNREACHABLE =
        "The metadata service of the ECS instance (100.100.100.200) does not answer: the agent must"
            + " run on an instance, and its container's network must let it through.";

    private static final String NO_HARDENED_MODE =
        "The metadata service of the ECS instance has no hardened mode (v2), and"
            + " ALIBABA_CLOUD_IMDSV1_DISABLED forbids the normal mode (v1).";

    private static final String UNREADABLE =
        "The metadata service of the ECS instance gave something that is not a key.";

    private final HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .sslContext(withoutAuthorities())
            .build();
    private final BoundedExchange exchange;
    private String lastAddress = "";
    private int lastStatus = NO_ANSWER;

    MetadataTransport(BoundedExchange exchange) {
      this.exchange = exchange;
    }

    @Override
    public HttpResponse syncInvoke(HttpRequest request) {
      if (isInNormalMode(request) && !hasNoHardenedMode()) {
        throw new CredentialException("see failure()");
      }
      lastAddress = request.getSysUrl();
      lastStatus = NO_ANSWER;
      var response = exchange(request);
      lastStatus = response.getResponseCode();
      return response;
    }

    /**
     * The service has no TLS; loading the system's authorities would take a good part of a start.
     */
    private static SSLContext withoutAuthorities() {
      try {
        var context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[0], null);
        return context;
      } catch (GeneralSecurityException brokenJdk) {
        throw new IllegalStateException("this Java has no TLS", brokenJdk);
      }
    }

    private static boolean isInNormalMode(HttpRequest request) {
      return !request.getSysUrl().endsWith(TOKEN_PATH)
          && !request.getSysHeaders().containsKey(TOKEN_HEADER);
    }

    private boolean hasNoHardenedMode() {
      return lastAddress.endsWith(TOKEN_PATH) && lastStatus == NOT_FOUND;
    }

    private HttpResponse exchange(HttpRequest request) {
      try {
        return exchange.send(client, request);
      } catch (CancellationException | ExecutionException unanswered) {
        throw new CredentialException("see failure()", unanswered);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new CredentialException("see failure()", interrupted);
      }
    }

    @Override
    public void close() {
      client.shutdownNow();
    }

    /** The role of the last request for a key. */
    KeyOwner owner() {
      var keyOfRole = KEY_OF_ROLE.matcher(lastAddress);
      return keyOfRole.matches()
          ? new KeyOwner.Named(new Principal(keyOfRole.group(1)))
          : new KeyOwner.Unnamed();
    }

    /**
     * Why there is no key.
     *
     * @param missingRole the sentence for the case that the service does not know the role
     */
    NoSecret failure(String missingRole) {
      return switch (lastStatus) {
        case NO_ANSWER -> CredentialFailure.unavailable("", UNREACHABLE);
        case OK -> CredentialFailure.unavailable("", UNREADABLE);
        case NOT_FOUND ->
            hasNoHardenedMode()
                ? CredentialFailure.unavailable("", NO_HARDENED_MODE)
                : new IdentityRefused("", missingRole);
        default -> isRefusal(lastStatus) ? refused(lastStatus) : failing(lastStatus);
      };
    }

    /** Any other status, a redirect for example, is not an answer of the service. */
    private static boolean isRefusal(int status) {
      return status / 100 == 4 && !CredentialFailure.isTransient(status);
    }

    private static NoSecret failing(int status) {
      return CredentialFailure.unavailable(
          "",
          "The metadata service of the ECS instance could not answer just now (HTTP status "
              + status
              + ").");
    }

    private static NoSecret refused(int status) {
      return new IdentityRefused(
          "",
          "The metadata service of the ECS instance turns us away (HTTP status "
              + status
              + "): where it takes guarded requests alone (v2), its tokens must reach the container"
              + " (hop limit).");
    }
  }
}
