package dev.kmsagent.bootstrap.command;

import dev.kmsagent.emulator.seed.Seed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The emulated cloud of {@code dev}.
 *
 * @param settings the lines of the table {@code [KMS]} for the agent
 * @param tour what a person can try with the identity; may be empty
 */
record DevCloud(EmulatedCloud cloud, String settings, String tour) implements AutoCloseable {
  /**
   * Starts one with these secrets.
   *
   * @param folder for what the agent must find in files
   */
  static DevCloud start(DevIdentity identity, List<Seed> seeds, Path folder) throws IOException {
    return switch (identity) {
      case KEY -> withKey(EmulatedCloud.kmsOnly(seeds, folder));
      case RRSA -> withRole(EmulatedCloud.complete(seeds, folder, EmulatorListeners.ANYWHERE));
    };
  }

  private static DevCloud withKey(EmulatedCloud cloud) {
    var settings =
        """
        CredentialType = "AccessKey"
        AccessKeyId = "%s"
        AccessKeySecret = "%s"
        """
            .formatted(EmulatedCloud.KEY_ID, EmulatedCloud.KEY_PROOF);
    return new DevCloud(cloud, settings, "");
  }

  private static DevCloud withRole(EmulatedCloud cloud) {
    var settings =
        """
        CredentialType = "RRSA"
        RoleArn = "%s"
        OidcProviderArn = "%s"
        OidcTokenFile = "%s"
        StsEndpoint = "%s"
        CaFile = "%s"
        """
            .formatted(
                cloud.roleArn(),
                cloud.emulator().oidc().arn(),
                cloud.tokenFile(),
                cloud.emulator().sts().endpoint(),
                cloud.caFile());
    return new DevCloud(cloud, settings, tour(cloud));
  }

  private static String tour(EmulatedCloud cloud) {
    var control = "http://" + cloud.emulator().endpoint() + "/_emulator";
    return """
        The agent has no key of its own: STS gives it keys of %s for the token in %s.
        Revoke its key: the next call to KMS renews it, and the reader notices nothing.
          curl -X DELETE '%s/keys'
        See what STS was asked:
          curl '%s/calls?service=sts'
        Take STS away (and bring it back with start):
          curl -X POST '%s/stop?service=sts'

        """
        .formatted(cloud.roleArn(), cloud.tokenFile(), control, control, control);
  }

  /** The endpoint of its KMS. */
  String endpoint() {
    return cloud.emulator().endpoint();
  }

  @Override
  public void close() throws IOException {
    cloud.close();
  }
}
