package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.EmulatorCertificates;
import dev.kmsagent.emulator.gateway.Call;
import dev.kmsagent.emulator.gateway.EmulatedService;
import dev.kmsagent.emulator.identity.MintedKey;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.Relay;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** As whom the agent calls KMS when no key is given to it, and how it gets another key. */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
final class IdentityTest {
  private final VirtualTime time = new VirtualTime();
  private final Path folder;
  private final Workload workload;
  private final TestCloud cloud;
  private final String name;

  IdentityTest(@TempDir Path folder) {
    this.folder = folder;
    this.workload = Workload.at(time, folder);
    this.cloud = workload.cloud();
    this.name = cloud.newSecret("value");
    cloud.emulator().roles().put(Role.named("other"));
  }

  @AfterEach
  void clean_up() throws IOException {
    workload.close();
  }

  /** What signed the last call to KMS. */
  private MintedKey signer() {
    return cloud.emulator().calls().latest().stream()
        .reduce((_, last) -> last)
        .map(Call::accessKeyId)
        .flatMap(cloud.emulator().mintedKeys()::find)
        .orElseThrow(() -> new AssertionError("The last call was signed with no minted key."));
  }

  private static String credentials(WiredAgent agent) {
    var dependencies = agent.client().get("/readyz").json().getAsJsonObject("dependencies");
    var credentials = dependencies.getAsJsonObject("credentials");
    return credentials.get("status").getAsString() + ": " + credentials.get("detail").getAsString();
  }

  private String read(WiredAgent agent) {
    return agent.client().secret(name).verdict();
  }

  /** A pod as the platform sets it up, which also has the variables of an AccessKey. */
  private AgentSetup pod() {
    return workload
        .rrsa()
        .with("KMS.CredentialType = \"Default\"")
        .withVariable("ALIBABA_CLOUD_ACCESS_KEY_ID", TestCloud.ACCESS_KEY_ID)
        .withVariable("ALIBABA_CLOUD_ACCESS_KEY_SECRET", TestCloud.ACCESS_KEY_SECRET);
  }

  @Test
  void the_default_is_its_role_and_not_the_access_key_beside_it() {
    try (var agent = WiredAgent.start(pod(), time).withKey(time)) {
      assertThat(read(agent)).isEqualTo("200");
      assertThat(signer().roleName()).isEqualTo("reader");
      assertThat(signer().sessionName()).isEqualTo("kms-agent");
      assertThat(credentials(agent)).startsWith("UP: The credentials are good for 3");
    }
  }

  /** The variables alone would all be wrong. */
  @Test
  void keys_win_over_what_the_platform_sets() {
    var setup =
        pod()
            .withVariable("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "acs:ram::1:oidc-provider/unknown")
            .withVariable("ALIBABA_CLOUD_OIDC_TOKEN_FILE", workload.tokenFile() + "-none")
            .withVariable("ALIBABA_CLOUD_ROLE_SESSION_NAME", "by-variable")
            .with(
                """
                KMS.CredentialType = "RRSA"
                KMS.RoleArn = "%s"
                KMS.OidcProviderArn = "%s"
                KMS.OidcTokenFile = "%s"
                KMS.RoleSessionName = "by-key"
                """
                    .formatted(
                        cloud.emulator().roles().arn("other"),
                        cloud.emulator().oidc().arn(),
                        workload.tokenFile()));
    try (var agent = WiredAgent.start(setup, time).withKey(time)) {
      assertThat(read(agent)).isEqualTo("200");
      assertThat(signer().roleName()).isEqualTo("other");
      assertThat(signer().sessionName()).isEqualTo("by-key");
    }
  }

  @Test
  void a_token_that_is_mounted_late_is_waited_for_and_reported_as_missing() throws IOException {
    Files.delete(workload.tokenFile());
    try (var agent = WiredAgent.start(pod(), time)) {
      Patience.see(() -> credentials(agent), it -> it.startsWith("DOWN: No credentials"));
      assertThat(credentials(agent))
          .contains("The OIDC token file " + workload.tokenFile() + " is not there");
      assertThat(agent.client().get("/readyz").status()).isEqualTo(503);
      assertThat(read(agent)).isEqualTo("502 CredentialsUnavailable");
      workload.issue(workload.token());
      assertRecovery(agent);
    }
  }

  /** What was asked for fails closed, with all else that the chain would take at hand. */
  @Test
  void a_service_account_that_is_refused_does_not_become_the_instance_or_an_access_key() {
    workload.issue(workload.token().wronglySigned());
    var _ = workload.ecsRoleOfThisJvm();
    try (var agent = WiredAgent.start(pod(), time)) {
      var refused = agent.client().secret(name);
      assertThat(refused.verdict()).isEqualTo("502 CredentialsUnavailable");
      assertThat(refused.text("Message")).contains("KMS.OidcProviderArn");
      assertThat(cloud.emulator().calls().total()).isZero();
      assertThat(cloud.emulator().metadata().calls().total()).isZero();
    }
  }

  @Test
  void a_role_that_is_named_and_not_attached_is_not_replaced_by_the_one_that_is() {
    var setup = workload.ecsRoleOfThisJvm();
    try (var agent =
        WiredAgent.start(setup.with("KMS.RoleName = \"reader\""), time).withKey(time)) {
      assertThat(read(agent)).isEqualTo("200");
    }
    try (var agent = WiredAgent.start(setup.with("KMS.RoleName = \"other\""), time)) {
      assertThat(read(agent)).isEqualTo("502 CredentialsUnavailable");
      Patience.see(() -> credentials(agent), it -> it.startsWith("DOWN: No credentials"));
      assertThat(credentials(agent)).contains("other");
    }
  }

  /** Something without which an agent has no key or no secret, and how it is set up. */
  record Need(
      String name,
      String verdict,
      String told,
      Function<Workload, EmulatedService> service,
      Function<Workload, AgentSetup> setup) {
    @Override
    public String toString() {
      return name;
    }
  }

  static final List<Need> NEEDS =
      List.of(
          new Need(
              "STS",
              "502 CredentialsUnavailable",
              "STS",
              it -> it.emulator().sts(),
              Workload::rrsa),
          new Need(
              "the metadata service",
              "502 CredentialsUnavailable",
              "metadata service",
              it -> it.emulator().metadata(),
              Workload::ecsRoleOfThisJvm),
          new Need(
              "KMS", "502 UpstreamUnavailable", "KMS", it -> it.emulator().kms(), Workload::rrsa));

  @ParameterizedTest
  @FieldSource("NEEDS")
  void a_start_without_it_says_so_and_comes_back_by_itself(Need need) throws IOException {
    need.service().apply(workload).stop();
    try (var agent = WiredAgent.startWithoutRetries(need.setup().apply(workload), time)) {
      assertThat(read(agent)).isEqualTo(need.verdict());
      assertThat(agent.client().get("/readyz").status()).isEqualTo(503);
      assertThat(agent.client().get("/readyz").body()).contains(need.told());
      assertThat(agent.client().get("/healthz").status()).isEqualTo(200);
      need.service().apply(workload).start();
      assertRecovery(agent);
    }
  }

  /** Nothing waits but the next attempt, and later the end of the minute of the first. */
  private void assertRecovery(WiredAgent agent) {
    time.advanceToNext();
    assertThat(read(agent.withKey(time))).isEqualTo("200");
    assertThat(agent.client().get("/readyz").text("status")).isEqualTo("UP");
  }

  /** Both services come to have certificates of another authority. */
  @Test
  void a_file_of_authorities_that_is_replaced_counts_for_sts_and_kms() throws Exception {
    var caFile = folder.resolve("current.pem");
    var next = EmulatorCertificates.in(folder);
    put(Workload.Localhost.CERTIFICATES, caFile);
    try (var before = overTls(Workload.Localhost.CERTIFICATES);
        var after = overTls(next);
        var kms = Relay.to(before.emulator().port());
        var sts = Relay.to(before.emulator().sts().port());
        var agent = WiredAgent.startWithoutRetries(before.rrsaOverTls(kms, sts, caFile), time)) {
      before.emulator().secrets().create("before", "value");
      after.emulator().secrets().create("after", "value");
      Patience.assertSoon(() -> agent.withKey(time).client().secret("before").status() == 200);

      kms.leadTo(after.emulator().port());
      sts.leadTo(after.emulator().sts().port());
      before.emulator().kms().stop();
      before.emulator().sts().stop();
      after.token().writeTo(before.tokenFile());
      assertThat(agent.client().secret("after").verdict()).isEqualTo("502 UpstreamUnavailable");
      put(next, caFile);
      Patience.assertSoon(() -> agent.client().secret("after").status() == 200);
      assertThat(after.emulator().sts().calls().total()).isPositive();
    }
  }

  private Workload overTls(EmulatorCertificates certificates) {
    var tls = Workload.tls(certificates);
    return Workload.start(certificates, folder, it -> it.time(TestCloud.emulated(time)).tls(tls));
  }

  private void put(EmulatorCertificates authority, Path caFile) throws IOException {
    var fresh = Files.copy(authority.caFile(), folder.resolve("fresh.pem"));
    Files.move(fresh, caFile, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
