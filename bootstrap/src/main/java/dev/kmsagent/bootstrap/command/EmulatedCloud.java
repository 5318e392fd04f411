package dev.kmsagent.bootstrap.command;

import dev.kmsagent.emulator.EmulatorCertificates;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.emulator.seed.Seed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;

/**
 * An emulated account with one access key and one role.
 *
 * @param folder holds the certificate of the authority and the token for the role, if STS runs
 */
record EmulatedCloud(KmsEmulator emulator, Path folder) implements AutoCloseable {
  static final String REGION = "cn-hangzhou";
  static final String KEY_ID = "LTAI-emulated";
  static final String KEY_PROOF = "known-to-everybody";
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final String ROLE = "dev-role-for-rrsa";

  /** Longer than a session of development, since the token is not replaced. */
  private static final Duration LIFE_OF_TOKEN = Duration.ofDays(30);

  /**
   * Where it listens, port 0 for any that is free.
   *
   * @param tls whether KMS listens with TLS; STS always does, and the metadata service never
   */
  record Listeners(int kms, int sts, int metadata, boolean tls) {
    static final Listeners ANYWHERE = new Listeners(0, 0, 0, false);

    /** The scheme of KMS. */
    String scheme() {
      return tls ? "https" : "http";
    }
  }

  /** Starts KMS with these secrets. */
  static EmulatedCloud kmsOnly(List<Seed> seeds, Path folder) throws IOException {
    return new EmulatedCloud(account(seeds).start(), folder);
  }

  /** Starts KMS with these secrets, STS, and the metadata of an instance that has the role. */
  static EmulatedCloud complete(List<Seed> seeds, Path folder, Listeners listeners)
      throws IOException {
    var cloud = new EmulatedCloud(start(account(seeds), listeners, certificate(folder)), folder);
    var token = cloud.emulator().oidc().tokenFor("rrsa-dev", "dev-sa").livingFor(LIFE_OF_TOKEN);
    token.writeTo(cloud.tokenFile());
    cloud.emulator().instance().attachRole(ROLE);
    return cloud;
  }

  private static KmsEmulator start(
      KmsEmulator.Builder account, Listeners listeners, SSLContext certificate) throws IOException {
    if (listeners.tls()) {
      account.tls(certificate);
    }
    return account
        .port(listeners.kms())
        .sts(certificate, listeners.sts())
        .metadata(new InetSocketAddress(LOOPBACK, listeners.metadata()))
        .start();
  }

  private static KmsEmulator.Builder account(List<Seed> seeds) {
    return KmsEmulator.builder().accessKey(KEY_ID, KEY_PROOF).role(Role.named(ROLE)).secrets(seeds);
  }

  private static SSLContext certificate(Path folder) throws IOException {
    try {
      return EmulatorCertificates.in(folder).server();
    } catch (GeneralSecurityException unusable) {
      throw new IOException("keytool wrote no usable certificate", unusable);
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
