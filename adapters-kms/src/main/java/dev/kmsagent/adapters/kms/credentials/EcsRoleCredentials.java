package dev.kmsagent.adapters.kms.credentials;

import com.aliyun.credentials.http.CompatibleUrlConnClient;
import com.aliyun.credentials.http.HttpRequest;
import com.aliyun.credentials.http.HttpResponse;
import com.aliyun.credentials.provider.ECSMetadataServiceCredentialsFetcher;
import dev.kmsagent.adapters.kms.credentials.KeyIssuer.Issue;
import dev.kmsagent.adapters.kms.credentials.KeyIssuer.KeyOwner;
import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.config.CredentialSource.InstanceRole;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.Principal;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The RAM role of an ECS instance, whose metadata service issues its keys: {@code CredentialType =
 * "EcsRamRole"}. The service is asked in its hardened mode (v2), and in the normal mode (v1) where
 * it issues no token for that. Nothing of credentials-java runs in the background.
 */
public record EcsRoleCredentials(CredentialSource.EcsRole config) implements CredentialType.Issued {
  /** The service runs on the instance's own host: it answers at once or not at all. */
  private static final int TIMEOUT_MILLIS = 1000;

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
    return issuer();
  }

  /** The issuer, which uses no connection of the agent: no proxy reaches the service. */
  public KeyIssuer issuer() {
    return switch (config.role()) {
      case InstanceRole.Named(var name) ->
          issuer(
              name,
              "The ECS instance has no RAM role "
                  + name
                  + ": attach it to the instance, or correct KMS.RoleName.");
      case InstanceRole.Found() ->
          issuer(
              null,
              "The ECS instance has no RAM role: attach one to it, or choose another"
                  + " KMS.CredentialType.");
    };
  }

  private static KeyIssuer issuer(@Nullable String roleName, String missingRole) {
    var metadata =
        new ECSMetadataServiceCredentialsFetcher(roleName, TIMEOUT_MILLIS, TIMEOUT_MILLIS);
    return () -> issue(metadata, missingRole);
  }

  private static Issue issue(ECSMetadataServiceCredentialsFetcher metadata, String missingRole) {
    var transport = new MetadataTransport();
    try {
      var model = metadata.fetch(transport).value();
      return CredentialModels.temporary(model, transport.owner());
    } catch (RuntimeException _) {
      return new Issue.NotIssued(transport.failure(missingRole));
    }
  }

  /**
   * credentials-java's own transport to the metadata service, which records the last request and
   * the status of its answer: the library reports a failure as a text that quotes the answer, and
   * does not report the role of a key. For one thread.
   */
  private static final class MetadataTransport extends CompatibleUrlConnClient {
    /** The library, too, reports a missing answer as this status. */
    private static final int NO_ANSWER = 0;

    /** The address of a role's key. */
    private static final Pattern KEY_OF_ROLE =
        Pattern.compile("http://[^/]+/latest/meta-data/ram/security-credentials/([\\w.-]+)");

    private static final String UNREACHABLE =
        "The metadata service of the ECS instance (100.100.100.200) does not answer: the agent must"
            + " run on an instance, and its container's network must let it through.";

    private static final String UNREADABLE =
        "The metadata service of the ECS instance gave something that is not a key.";

    private String lastAddress = "";
    private int lastStatus = NO_ANSWER;

    @Override
    public HttpResponse syncInvoke(HttpRequest request) {
      lastAddress = request.getSysUrl();
      lastStatus = NO_ANSWER;
      var response = super.syncInvoke(request);
      lastStatus = response.getResponseCode();
      return response;
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
        case 200 -> CredentialFailure.unavailable("", UNREADABLE);
        case 404 -> new IdentityRefused("", missingRole);
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
