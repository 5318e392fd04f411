package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Unavailable;

/**
 * What it means when the metadata service gives no key.
 *
 * @param missingRole what to say when it knows of no such role
 */
record MetadataFailures(String missingRole) {
  private static final String UNREACHABLE =
      "The metadata service of the ECS instance (100.100.100.200) does not answer: the agent must"
          + " run on an instance, and its container's network must let it through.";

  private static final String UNREADABLE =
      "The metadata service of the ECS instance gave something that is not a key.";

  static MetadataFailures ofAnyRole() {
    return new MetadataFailures(
        "The ECS instance has no RAM role: attach one to it, or choose another"
            + " KMS.CredentialType.");
  }

  static MetadataFailures ofRole(String name) {
    return new MetadataFailures(
        "The ECS instance has no RAM role "
            + name
            + ": attach it to the instance, or correct KMS.RoleName.");
  }

  /** Why there is no key after an answer with {@code status}, or after none. */
  NoSecret after(int status) {
    return switch (status) {
      case MetadataTransport.NO_ANSWER -> unavailable(UNREACHABLE);
      case 200 -> unavailable(UNREADABLE);
      case 404 -> new IdentityRefused("", missingRole);
      default -> isRefusal(status) ? forbidden(status) : failing(status);
    };
  }

  /** What else comes, a redirect for example, is somebody else's answer. */
  private static boolean isRefusal(int status) {
    return status / 100 == 4 && !CredentialFailure.isTransient(status);
  }

  private static NoSecret failing(int status) {
    return unavailable(
        "The metadata service of the ECS instance could not answer just now (HTTP status "
            + status
            + ").");
  }

  private static NoSecret forbidden(int status) {
    return new IdentityRefused(
        "",
        "The metadata service of the ECS instance turns us away (HTTP status "
            + status
            + "): where it takes guarded requests alone (v2), its tokens must reach the container"
            + " (hop limit).");
  }

  private static Unavailable unavailable(String detail) {
    return new Unavailable(Unavailable.Cause.CREDENTIALS, "", detail);
  }
}
