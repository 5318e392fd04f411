package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.EmulatorCertificates;
import dev.kmsagent.emulator.gateway.Call;
import dev.kmsagent.emulator.identity.MintedKey;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** As whom the agent calls KMS when no key is given to it, and how it gets another key. */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
final class IdentityTest {
  private static final String NO_KEY = "502 CredentialsUnavailable";

  private final VirtualTime time = new VirtualTime();
  @AutoClose private final Workload workload;
  private final TestCloud cloud;
  private final String name;

  IdentityTest(@TempDir Path folder) {
    this.workload = Workload.at(time, folder);
    this.cloud = workload.cloud();
    this.name = cloud.newSecret("value");
  }

  /** What signed the last call to KMS. */
  private MintedKey signer() {
    return cloud.emulator().calls().latest().stream()
        .reduce((_, last) -> last)
        .map(Call::accessKeyId)
        .flatMap(cloud.emulator().mintedKeys()::find)
        .orElseThrow(() -> new AssertionError("The last call was signed with no minted key."));
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
      assertThat(agent.client().get("/readyz").body()).contains("The credentials are good for 3");
    }
  }

  /** What was asked for fails closed, with all else that the chain would take at hand. */
  @Test
  void a_service_account_that_is_refused_does_not_become_the_instance_or_an_access_key() {
    workload.issue(workload.token().wronglySigned());
    var _ = workload.ecsRoleOfThisJvm();
    try (var agent = WiredAgent.start(pod(), time)) {
      var refused = agent.client().secret(name);
      assertThat(refused.verdict()).isEqualTo(NO_KEY);
      assertThat(refused.text("Message")).contains("KMS.OidcProviderArn");
      assertThat(cloud.emulator().calls().total()).isZero();
      assertThat(cloud.emulator().metadata().calls().total()).isZero();
    }
  }

  /** What an agent needs for a key or a secret, by what readiness says when it is not there. */
  record Need(
      String told,
      String verdict,
      Function<Workload, AgentSetup> setup,
      Outage.Strike strike,
      Outage.Strike mend) {
    @Override
    public String toString() {
      return told;
    }
  }

  static final List<Need> NEEDS =
      List.of(
          new Need(
              "STS",
              NO_KEY,
              Workload::rrsa,
              it -> it.emulator().sts().stop(),
              it -> it.emulator().sts().start()),
          new Need(
              "metadata service",
              NO_KEY,
              Workload::ecsRoleOfThisJvm,
              it -> it.emulator().metadata().stop(),
              it -> it.emulator().metadata().start()),
          new Need(
              "KMS",
              "502 UpstreamUnavailable",
              Workload::rrsa,
              it -> it.emulator().kms().stop(),
              it -> it.emulator().kms().start()),
          new Need(
              "The OIDC token file",
              NO_KEY,
              Workload::rrsa,
              workload -> Files.delete(workload.tokenFile()),
              workload -> workload.issue(workload.token())),
          new Need(
              "certificate",
              NO_KEY,
              workload -> workload.rrsa().with("KMS.CaFile = \"" + caFile(workload) + "\""),
              workload -> trust(Workload.Localhost.make(), workload),
              workload -> trust(Workload.Localhost.CERTIFICATES, workload)));

  private static Path caFile(Workload workload) {
    return workload.tokenFile().resolveSibling("ca.pem");
  }

  private static void trust(EmulatorCertificates authority, Workload workload) throws IOException {
    Files.copy(authority.caFile(), caFile(workload), StandardCopyOption.REPLACE_EXISTING);
  }

  @ParameterizedTest
  @FieldSource("NEEDS")
  void a_start_without_it_says_so_and_comes_back_by_itself(Need need) throws IOException {
    need.strike().on(workload);
    try (var agent = WiredAgent.start(need.setup().apply(workload), time)) {
      assertThat(read(agent)).isEqualTo(need.verdict());
      assertThat(agent.client().get("/readyz").status()).isEqualTo(503);
      assertThat(agent.client().get("/readyz").body()).contains(need.told());
      assertThat(agent.client().get("/healthz").status()).isEqualTo(200);
      need.mend().on(workload);
      // Nothing waits but the next attempt, and later the end of the minute of the first.
      time.advanceToNext();
      assertThat(read(agent.withKey(time))).isEqualTo("200");
      assertThat(agent.client().get("/readyz").text("status")).isEqualTo("UP");
    }
  }
}
