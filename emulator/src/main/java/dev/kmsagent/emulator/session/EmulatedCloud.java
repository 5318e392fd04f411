package dev.kmsagent.emulator.session;

import dev.kmsagent.emulator.CloudHosts;
import dev.kmsagent.emulator.EmulatorCertificates;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.emulator.gateway.EmulatedService;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.emulator.seed.Seeds;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An emulated account with one access key and one role.
 *
 * @param folder holds the certificate of the authority and the token for the role, if STS runs
 */
public record EmulatedCloud(KmsEmulator emulator, Reach reach, Path folder)
    implements AutoCloseable {
  public static final String REGION = "cn-hangzhou";
  public static final String KEY_ID = "LTAI-emulated";
  public static final String KEY_PROOF = "known-to-everybody";
  public static final String ROLE = "dev-role-for-rrsa";

  /** The ports where others have to know them; beside that of the agent. */
  public static final int KMS_PORT = 2026;

  public static final int STS_PORT = 2027;
  public static final int METADATA_PORT = 2028;

  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  /** Longer than a session of development, since the token is not replaced. */
  static final Duration LIFE_OF_TOKEN = Duration.ofDays(30);

  /**
   * Where it listens, port 0 for any that is free.
   *
   * @param tls whether KMS listens with TLS; STS always does, and the metadata service never
   * @param shared one more port with TLS, for KMS and STS
   */
  public record Listeners(int kms, int sts, int metadata, boolean tls, Optional<Integer> shared) {
    /** KMS at this port, and the others anywhere. */
    public static Listeners kmsAt(int port) {
      return new Listeners(port, 0, 0, false, Optional.empty());
    }

    /** The scheme of KMS. */
    public String scheme() {
      return tls ? "https" : "http";
    }
  }

  /** Starts KMS with these secrets on this port. */
  public static EmulatedCloud kmsOnly(Seeds seeds, Path folder, Reach reach, int port)
      throws IOException {
    return new EmulatedCloud(account(seeds, reach).port(port).start(), reach, folder);
  }

  /**
   * Starts KMS with these secrets, STS, the metadata of an instance that has the role, and the
   * issuer of the tokens.
   */
  public static EmulatedCloud complete(Seeds seeds, Path folder, Reach reach, Listeners listeners)
      throws IOException {
    return complete(seeds, folder, reach, listeners, false);
  }

  /**
   * @param serverFiles whether the folder also gets a certificate for an agent and its key
   */
  static EmulatedCloud complete(
      Seeds seeds, Path folder, Reach reach, Listeners listeners, boolean serverFiles)
      throws IOException {
    var hosts = Stream.concat(reach.hostNames().stream(), CloudHosts.all().stream()).toList();
    try {
      var certificates = EmulatorCertificates.forHosts(folder, hosts);
      if (serverFiles) {
        certificates.writeServer();
      }
      var emulator = start(seeds, reach, listeners, certificates);
      emulator.instance().attachRole(ROLE);
      var cloud = new EmulatedCloud(emulator, reach, folder);
      var token = emulator.oidc().tokenFor("rrsa-dev", "dev-sa").livingFor(LIFE_OF_TOKEN);
      token.writeTo(cloud.tokenFile());
      return cloud;
    } catch (GeneralSecurityException unusable) {
      throw new IOException("keytool wrote no usable certificate", unusable);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while certificates were made", interrupted);
    }
  }

  private static KmsEmulator start(
      Seeds seeds, Reach reach, Listeners listeners, EmulatorCertificates certificates)
      throws IOException, GeneralSecurityException {
    var server = certificates.server();
    var account = account(seeds, reach).authority(Files.readString(certificates.caFile()));
    if (listeners.tls()) {
      account.tls(server);
    }
    listeners.shared().ifPresent(port -> account.sharedTls(server, port));
    return account
        .port(listeners.kms())
        .sts(server, listeners.sts())
        .metadata(new InetSocketAddress(LOOPBACK, listeners.metadata()))
        .oidc()
        .start();
  }

  private static KmsEmulator.Builder account(Seeds seeds, Reach reach) {
    var builder =
        KmsEmulator.builder()
            .accessKey(KEY_ID, KEY_PROOF)
            .role(Role.named(ROLE))
            .seeds(seeds)
            .hostNames(reach.hostNames());
    return reach.isOpen() ? builder.everywhere() : builder;
  }

  /** Host and port of a service, as clients reach it. */
  public String endpoint(EmulatedService service) {
    return reach.host() + ":" + service.port();
  }

  /** Host and port of KMS, as clients reach it. */
  public String endpoint() {
    return endpoint(emulator.kms());
  }

  /** The certificate of the authority, in PEM. */
  public Path caFile() {
    return folder.resolve("ca.pem");
  }

  /** The same as a trust store of Java. */
  public Path trustStore() {
    return folder.resolve("ca.p12");
  }

  /** The token of a pod whose service account may assume the role. */
  public Path tokenFile() {
    return folder.resolve("oidc-token");
  }

  public String roleArn() {
    return emulator.roles().arn(ROLE);
  }

  @Override
  public void close() throws IOException {
    emulator.close();
  }
}
