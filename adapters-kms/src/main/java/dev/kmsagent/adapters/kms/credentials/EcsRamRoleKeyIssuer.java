package dev.kmsagent.adapters.kms.credentials;

import com.aliyun.credentials.provider.ECSMetadataServiceCredentialsFetcher;
import org.jspecify.annotations.Nullable;

/**
 * The metadata service of an ECS instance, which gives keys of the instance's RAM role. {@code
 * CredentialType = "EcsRamRole"}. It is asked in its guarded mode (v2), and in the plain one (v1)
 * where it gives no token for that. Nothing of credentials-java runs in the background.
 */
public final class EcsRamRoleKeyIssuer implements KeyIssuer {
  /** The service is on the instance's own host: it answers at once or not at all. */
  private static final int TIMEOUT_MILLIS = 1000;

  private final ECSMetadataServiceCredentialsFetcher metadata;
  private final MetadataFailures failures;

  private EcsRamRoleKeyIssuer(@Nullable String roleName, MetadataFailures failures) {
    this.metadata =
        new ECSMetadataServiceCredentialsFetcher(roleName, TIMEOUT_MILLIS, TIMEOUT_MILLIS);
    this.failures = failures;
  }

  /** For the role of this name. */
  public static EcsRamRoleKeyIssuer named(String roleName) {
    return new EcsRamRoleKeyIssuer(roleName, MetadataFailures.ofRole(roleName));
  }

  /** For the role that the instance has at each attempt. */
  public static EcsRamRoleKeyIssuer found() {
    return new EcsRamRoleKeyIssuer(null, MetadataFailures.ofAnyRole());
  }

  @Override
  public Issue issue() {
    var transport = new MetadataTransport();
    try {
      var given = metadata.fetch(transport).value();
      return CredentialModels.temporary(given, transport.owner());
    } catch (RuntimeException _) {
      return new Issue.NotIssued(failures.after(transport.lastStatus()));
    }
  }
}
