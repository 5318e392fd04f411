package dev.kmsagent.bootstrap.e2e;

import dev.kmsagent.emulator.EmulatorCertificates;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.emulator.oidc.OidcToken;
import dev.kmsagent.emulator.roles.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import javax.net.ssl.SSLContext;

/**
 * A workload of a cloud that has STS and the metadata of an ECS instance too: it has a role and no
 * lasting key. Closing it closes the cloud.
 */
final class Workload implements AutoCloseable {
  static final String ROLE = "reader";

  private final Cloud cloud;
  private final Path caFile;
  private final Path tokenFile;

  private Workload(Cloud cloud, Path caFile, Path tokenFile) {
    this.cloud = cloud;
    this.caFile = caFile;
    this.tokenFile = tokenFile;
  }

  /** One whose platform has put a good token into a file of this folder. */
  static Workload start(EmulatorCertificates certificates, Path folder) {
    var tls = tls(certificates);
    var cloud = Cloud.start(builder -> builder.sts(tls).metadata().role(Role.named(ROLE)));
    cloud.emulator().instance().attachRole(ROLE);
    try {
      var tokenFile = Files.createTempDirectory(folder, "tokens-").resolve("token");
      var workload = new Workload(cloud, certificates.caFile(), tokenFile);
      workload.issue(workload.token());
      return workload;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SSLContext tls(EmulatorCertificates certificates) {
    try {
      return certificates.server();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  Cloud cloud() {
    return cloud;
  }

  KmsEmulator emulator() {
    return cloud.emulator();
  }

  Path tokenFile() {
    return tokenFile;
  }

  /** A good token. */
  OidcToken token() {
    return emulator().oidc().tokenFor("default", "application");
  }

  /** The platform replaces the token. */
  void issue(OidcToken token) {
    try {
      token.writeTo(tokenFile);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What an agent needs here besides credentials. */
  private AgentSetup nobody() {
    var setup = cloud.setup();
    var environment = new HashMap<>(setup.environment());
    environment.keySet().removeIf(name -> name.startsWith("ALIBABA_CLOUD_ACCESS_KEY"));
    return new AgentSetup(setup.keys(), environment);
  }

  /** An agent with the role of its service account, by the variables that the platform sets. */
  AgentSetup rrsa() {
    return rrsa(emulator().sts().endpoint());
  }

  /** The same, with STS at this address. */
  AgentSetup rrsa(String stsEndpoint) {
    return nobody()
        .with("KMS.CredentialType = \"RRSA\"")
        .with("KMS.StsEndpoint = \"" + stsEndpoint + "\"")
        .with("KMS.CaFile = \"" + caFile + "\"")
        .withVariable("ALIBABA_CLOUD_ROLE_ARN", emulator().roles().arn(ROLE))
        .withVariable("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", emulator().oidc().arn())
        .withVariable("ALIBABA_CLOUD_OIDC_TOKEN_FILE", tokenFile.toString());
  }

  /** An agent with the role of the instance. */
  AgentSetup ecsRole() {
    return ecsRole(emulator().metadata().port());
  }

  /** The same, with the metadata service behind this port. */
  AgentSetup ecsRole(int metadataPort) {
    return reachingMetadata(nobody(), metadataPort).with("KMS.CredentialType = \"EcsRamRole\"");
  }

  /** An agent with whatever the standard chain finds, which is the role of the instance. */
  AgentSetup chain() {
    return reachingMetadata(nobody(), emulator().metadata().port())
        .with("KMS.CredentialType = \"Default\"");
  }

  /** With the metadata service behind this port as behind a proxy: its address is fixed. */
  private static AgentSetup reachingMetadata(AgentSetup setup, int port) {
    var options = AgentSetup.defaults().environment().get("KMS_AGENT_JAVA_OPTS");
    return setup.withJavaOptions(
        options
            + " -Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=%d -Dhttp.nonProxyHosts=localhost|127.*"
                .formatted(port));
  }

  /** KMS forgets every key that was handed out: the agent needs another at once. */
  void revokeKeys() {
    emulator().mintedKeys().revokeAll();
  }

  @Override
  public void close() throws IOException {
    cloud.close();
  }
}
