package dev.kmsagent.adapters.kms.credentials;

import com.aliyun.credentials.http.HttpRequest;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.Principal;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The metadata service of an ECS instance: the role of a key, which credentials-java does not
 * report, and what its failures mean. It rejects requests in the normal mode that the service has
 * not given a reason for.
 */
final class MetadataService {
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

  /** The sentence for the case that the service does not know the role. */
  private final String missingRole;

  private boolean hasNoHardenedMode;
  private String lastAddress = "";

  MetadataService(String missingRole) {
    this.missingRole = missingRole;
  }

  /**
   * Checks a request of the library.
   *
   * @throws IllegalStateException where it must not be sent
   */
  void prepare(HttpRequest request) {
    var isInNormalMode =
        !request.getSysUrl().endsWith(TOKEN_PATH)
            && !request.getSysHeaders().containsKey(TOKEN_HEADER);
    if (isInNormalMode && !hasNoHardenedMode) {
      throw new IllegalStateException("the service gave no reason for the normal mode");
    }
  }

  /** The role of the last request for a key. */
  Optional<Principal> owner() {
    var keyOfRole = KEY_OF_ROLE.matcher(lastAddress);
    return keyOfRole.matches() ? Optional.of(new Principal(keyOfRole.group(1))) : Optional.empty();
  }

  /** What it means that there was no answer. */
  NoSecret unanswered() {
    hasNoHardenedMode = false;
    return CredentialFailure.unavailable("", UNREACHABLE);
  }

  /** What an answer means where the library gets no key from it. */
  NoSecret answered(String address, int status, byte[] body) {
    lastAddress = address;
    hasNoHardenedMode = address.endsWith(TOKEN_PATH) && status == NOT_FOUND;
    return switch (status) {
      case OK -> CredentialFailure.unavailable("", UNREADABLE);
      case NOT_FOUND ->
          hasNoHardenedMode
              ? CredentialFailure.unavailable("", NO_HARDENED_MODE)
              : new IdentityRefused("", missingRole);
      default ->
          status / 100 == 4 && !CredentialFailure.isTransient(status)
              ? refused(status)
              : failing(status);
    };
  }

  /** Statuses other than 4xx, a redirect for example, are no answers of the service. */
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
