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
 * An emulated account with one access key and one role.
 *
 * @param folder holds the certificate of the authority and the token for the role, if STS runs
 */
record EmulatedCloud(KmsEmulator emulator, Path folder) implements AutoCloseable {
  static final String REGION = "cn-hangzhou";
  static final String KEY_ID = "LTAI-emulated";
  static final String KEY_PROOF = "known-to-everybody";
  private static final String ROLE = "dev-role-for-rrsa";

  /** Longer than a session of development, since the token is not replaced. */
  private static final Duration LIFE_OF_TOKEN = Duration.ofDays(30);

  /** Starts KMS with these secrets. */
  static EmulatedCloud kmsOnly(List<Seed> seeds, Path folder) throws IOException {
    return new EmulatedCloud(account(seeds).start(), folder);
  }

  /** Starts KMS with these secrets, and STS. */
  static EmulatedCloud withSts(List<Seed> seeds, Path folder) throws IOException {
    try {
      var certificates = certificates(folder);
      var emulator = account(seeds).sts(certificates.server()).start();
      var cloud = new EmulatedCloud(emulator, folder);
      emulator
          .oidc()
          .tokenFor("rrsa-dev", "dev-sa")
          .livingFor(LIFE_OF_TOKEN)
          .writeTo(cloud.tokenFile());
      return cloud;
    } catch (GeneralSecurityException unusable) {
      throw new IOException("keytool wrote no usable certificate", unusable);
    }
  }

  private static KmsEmulator.Builder account(List<Seed> seeds) {
    return KmsEmulator.builder().accessKey(KEY_ID, KEY_PROOF).role(Role.named(ROLE)).secrets(seeds);
  }

  private static EmulatorCertificates certificates(Path folder) throws IOException {
    try {
      return EmulatorCertificates.in(folder);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while certificates were made", interrupted);
    }
  }

  /** The certificate of the authority, in PEM. */
  Path caFile() {
    return folder.resolve("ca.pem");
  }

  /** The token of a pod whose service account may assume the role. */
  Path tokenFile() {
    return folder.resolve("oidc-token");
  }

  String roleArn() {
    return emulator.roles().arn(ROLE);
  }

  @Override
  public void close() throws IOException {
    emulator.close();
  }
}
