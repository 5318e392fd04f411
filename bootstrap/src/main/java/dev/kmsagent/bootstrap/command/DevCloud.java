package dev.kmsagent.bootstrap.command;

import dev.kmsagent.emulator.EmulatorCertificates;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.emulator.seed.Seed;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;

/**
 * The emulated cloud of {@code dev}.
 *
 * @param settings the lines of the table {@code [KMS]} for the agent
 * @param tour what a person can try with the identity; may be empty
 */
record DevCloud(KmsEmulator emulator, String settings, String tour) implements AutoCloseable {
  private static final String KEY_ID = "LTAI-emulated";
  private static final String KEY_PROOF = "known-to-everybody";
  private static final String ROLE = "dev-role-for-rrsa";

  /** Longer than a session of development, since the token is not replaced. */
  private static final Duration LIFE_OF_TOKEN = Duration.ofDays(30);

  /**
   * Starts one with these secrets.
   *
   * @param folder for what the agent must find in files
   */
  static DevCloud start(DevIdentity identity, List<Seed> seeds, Path folder) throws IOException {
    return switch (identity) {
      case KEY -> withKey(seeds);
      case RRSA -> withRole(seeds, folder);
    };
  }

  private static DevCloud withKey(List<Seed> seeds) throws IOException {
    var emulator = KmsEmulator.builder().accessKey(KEY_ID, KEY_PROOF).secrets(seeds).start();
    var settings =
        """
        CredentialType = "AccessKey"
        AccessKeyId = "%s"
        AccessKeySecret = "%s"
        """
            .formatted(KEY_ID, KEY_PROOF);
    return new DevCloud(emulator, settings, "");
  }

  private static DevCloud withRole(List<Seed> seeds, Path folder) throws IOException {
    var certificates = certificates(folder);
    var emulator = startWithSts(seeds, certificates);
    var token = folder.resolve("oidc-token");
    emulator.oidc().tokenFor("rrsa-dev", "dev-sa").livingFor(LIFE_OF_TOKEN).writeTo(token);
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
                emulator.roles().arn(ROLE),
                emulator.oidc().arn(),
                token,
                emulator.sts().endpoint(),
                certificates.caFile());
    return new DevCloud(emulator, settings, tour(emulator, token));
  }

  private static KmsEmulator startWithSts(List<Seed> seeds, EmulatorCertificates certificates)
      throws IOException {
    try {
      return KmsEmulator.builder()
          .sts(certificates.server())
          .role(Role.named(ROLE))
          .secrets(seeds)
          .start();
    } catch (GeneralSecurityException unusable) {
      throw new IOException("keytool wrote no usable certificate", unusable);
    }
  }

  private static EmulatorCertificates certificates(Path folder) throws IOException {
    try {
      return EmulatorCertificates.in(folder);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while certificates were made", interrupted);
    }
  }

  private static String tour(KmsEmulator emulator, Path token) {
    var control = "http://" + emulator.endpoint() + "/_emulator";
    return """
        The agent has no key of its own: STS gives it keys of %s for the token in %s.
        Revoke its key: the next call to KMS renews it, and the reader notices nothing.
          curl -X DELETE '%s/keys'
        See what STS was asked:
          curl '%s/calls?service=sts'
        Take STS away (and bring it back with start):
          curl -X POST '%s/stop?service=sts'

        """
        .formatted(emulator.roles().arn(ROLE), token, control, control, control);
  }

  @Override
  public void close() throws IOException {
    emulator.close();
  }
}
