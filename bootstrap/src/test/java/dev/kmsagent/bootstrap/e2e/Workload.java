package dev.kmsagent.bootstrap.e2e;

import dev.kmsagent.emulator.EmulatorCertificates;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.emulator.identity.IssuedToken;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.emulator.identity.TrustPolicy;
import dev.kmsagent.testkit.Unchecked;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HashMap;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;

/**
 * A workload of a cloud that has STS and the metadata of an ECS instance too: it has a role and no
 * lasting key. Closing it closes the cloud.
 */
public final class Workload implements AutoCloseable {
  public static final String ROLE = "reader";

  /** The node of the pods. */
  public static final String NODE = "node-1";

  /** Certificates for {@code localhost} and 127.0.0.1, made once for all tests that need them. */
  public static final class Localhost {
    public static final EmulatorCertificates CERTIFICATES = make();

    private Localhost() {}

    static EmulatorCertificates make() {
      try {
        var target = Path.of("target").toAbsolutePath();
        var folder = Files.createTempDirectory(target, "certificates-");
        var certificates = EmulatorCertificates.in(folder);
        certificates.writeServer();
        return certificates;
      } catch (IOException | InterruptedException | GeneralSecurityException failed) {
        throw new IllegalStateException(failed);
      }
    }
  }

  private final TestCloud cloud;
  private final Path caFile;
  private final Path tokenFile;
  private boolean isProxyOfThisJvm;

  private Workload(TestCloud cloud, Path caFile, Path tokenFile) {
    this.cloud = cloud;
    this.caFile = caFile;
    this.tokenFile = tokenFile;
  }

  /** One whose platform has put a good token into a file of this folder; KMS is without TLS. */
  public static Workload start(EmulatorCertificates certificates, Path folder) {
    return start(certificates, folder, builder -> builder);
  }

  /** The same by this time, except for the dates of calls. */
  static Workload at(VirtualTime time, Path folder) {
    return start(Localhost.CERTIFICATES, folder, it -> it.time(TestCloud.emulated(time)));
  }

  /** One with an emulator that has more. */
  public static Workload start(
      EmulatorCertificates certificates, Path folder, UnaryOperator<KmsEmulator.Builder> more) {
    var tls = tls(certificates);
    var role = Role.named(ROLE);
    var cloud = TestCloud.start(builder -> more.apply(builder).sts(tls).metadata().role(role));
    cloud.emulator().instance().attachRole(ROLE);
    var tokens = Unchecked.get(() -> Files.createTempDirectory(folder, "tokens-"));
    var workload = new Workload(cloud, certificates.caFile(), tokens.resolve("token"));
    workload.issue(workload.token());
    return workload;
  }

  /** One in a cluster, whose service accounts get roles by {@link #giveRole}. */
  public static Workload ofCluster(Path folder) {
    return start(Localhost.CERTIFICATES, folder, KmsEmulator.Builder::oidc);
  }

  /** The same by this time, except for the dates of calls. */
  static Workload ofCluster(VirtualTime time, Path folder) {
    return start(Localhost.CERTIFICATES, folder, it -> it.time(TestCloud.emulated(time)).oidc());
  }

  /** Gives a service account a role of its own, which may read these secrets. */
  public void giveRole(String namespace, String serviceAccount, String... secrets) {
    createRole(
        "kms." + namespace + "." + serviceAccount, namespace + ":" + serviceAccount, secrets);
  }

  /** Gives service accounts, as {@code namespace:name}, a role of this name. */
  public void createRole(String name, String serviceAccounts, String... secrets) {
    var trust = TrustPolicy.everybody().subjects("system:serviceaccount:" + serviceAccounts);
    emulator().roles().put(Role.named(name).trusting(trust).reading(secrets));
  }

  /** A good token of a pod on the node, for a day. */
  public IssuedToken tokenOfPod(String namespace, String serviceAccount) {
    var token = emulator().oidc().tokenFor(namespace, serviceAccount);
    return token.ofPod("pod-1", NODE).livingFor(Duration.ofDays(1));
  }

  public static SSLContext tls(EmulatorCertificates certificates) {
    return Unchecked.get(() -> certificates.server());
  }

  TestCloud cloud() {
    return cloud;
  }

  public KmsEmulator emulator() {
    return cloud.emulator();
  }

  public Path tokenFile() {
    return tokenFile;
  }

  /** A good token. */
  public IssuedToken token() {
    return emulator().oidc().tokenFor("default", "application");
  }

  /** The platform replaces the token. */
  public void issue(IssuedToken token) {
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
  public AgentSetup rrsa() {
    return nobody()
        .with("KMS.CredentialType = \"RRSA\"")
        .with("KMS.StsEndpoint = \"" + emulator().sts().endpoint() + "\"")
        .with("KMS.CaFile = \"" + caFile + "\"")
        .withVariable("ALIBABA_CLOUD_ROLE_ARN", emulator().roles().arn(ROLE))
        .withVariable("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", emulator().oidc().arn())
        .withVariable("ALIBABA_CLOUD_OIDC_TOKEN_FILE", tokenFile.toString());
  }

  /** The agent of the node, whose pods have the roles {@code kms.NAMESPACE.SERVICE-ACCOUNT}. */
  public AgentSetup ofPods() {
    return nobody()
        .with("KMS.CredentialType = \"PodIdentity\"")
        .with("KMS.StsEndpoint = \"" + emulator().sts().endpoint() + "\"")
        .with("KMS.CaFile = \"" + caFile + "\"")
        .with("KMS.OidcProviderArn = \"" + emulator().oidc().arn() + "\"")
        .with(
            "KMS.RoleArn = \"" + emulator().roles().arn("kms.{namespace}.{serviceAccount}") + "\"")
        .with("KMS.PodIdentity.Issuer = \"" + emulator().oidc().issuer() + "\"")
        .with("KMS.PodIdentity.NodeName = \"" + NODE + "\"");
  }

  /** An agent with the role of the instance. */
  public AgentSetup ecsRole() {
    return onInstance(nobody()).with("KMS.CredentialType = \"EcsRamRole\"");
  }

  /**
   * The same in this JVM, whose requests to the metadata service all come here until this workload
   * is closed; for tests that lock {@code Resources.SYSTEM_PROPERTIES}.
   */
  AgentSetup ecsRoleOfThisJvm() {
    isProxyOfThisJvm = true;
    System.setProperty("http.proxyHost", "127.0.0.1");
    System.setProperty("http.proxyPort", Integer.toString(emulator().metadata().port()));
    return ecsRole();
  }

  /** An agent with whatever the standard chain finds, which is the role of the instance. */
  AgentSetup chain() {
    return onInstance(nobody());
  }

  /** With the metadata service as behind a proxy: its address is fixed. */
  AgentSetup onInstance(AgentSetup setup) {
    var options = AgentSetup.defaults().environment().get("KMS_AGENT_JAVA_OPTS");
    return setup.withJavaOptions(
        options
            + " -Dhttp.proxyHost=127.0.0.1 -Dhttp.nonProxyHosts=localhost|127.* -Dhttp.proxyPort="
            + emulator().metadata().port());
  }

  /** KMS forgets every key that was handed out: the agent needs another at once. */
  public void revokeKeys() {
    emulator().mintedKeys().revokeAll();
  }

  @Override
  public void close() throws IOException {
    if (isProxyOfThisJvm) {
      System.clearProperty("http.proxyHost");
      System.clearProperty("http.proxyPort");
    }
    cloud.close();
  }
}
