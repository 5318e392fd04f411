package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.EmulatorCertificates;
import dev.kmsagent.emulator.gateway.Call;
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
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How the agent gets another key in time, and comes back after it got none. */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
final class RenewalTest {

  private final VirtualTime time = new VirtualTime();
  private final Path folder;
  private final Workload workload;

  RenewalTest(@TempDir Path folder) {
    this.folder = folder;
    workload = Workload.at(time, folder);
  }

  @AfterEach
  void clean_up() throws IOException {
    workload.close();
  }

  private WiredAgent start(Kind kind) {
    return WiredAgent.start(kind.setup().apply(workload), time).withKey(time);
  }

  private AgentAnswer readNew(WiredAgent agent) {
    return agent.client().secret(workload.cloud().newSecret("value"));
  }

  /** Who signed the calls to KMS, each once, in order. */
  private List<String> signers() {
    return workload.emulator().calls().latest().stream().map(Call::accessKeyId).distinct().toList();
  }

  /** A way to a key that does not last. */
  record Kind(String name, Function<Workload, AgentSetup> setup) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Kind> kinds() {
    return List.of(
        new Kind("RRSA", Workload::rrsa), new Kind("EcsRamRole", Workload::ecsRoleOfThisJvm));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void a_client_does_not_notice_that_the_key_was_revoked(Kind kind) {
    try (var agent = start(kind)) {
      assertThat(readNew(agent).status()).isEqualTo(200);
      workload.revokeKeys();

      assertThat(readNew(agent).summary()).isEqualTo("value, fwd=miss");
      assertThat(signers()).hasSize(2);
    }
  }

  /** What was asked for fails closed, with all else that the chain would take at hand. */
  @Test
  void a_service_account_that_is_refused_does_not_become_the_instance_or_an_access_key() {
    workload.issue(workload.token().wronglySigned());
    var _ = workload.ecsRoleOfThisJvm();
    var setup =
        workload
            .rrsa()
            .with("KMS.CredentialType = \"Default\"")
            .withVariable("ALIBABA_CLOUD_ACCESS_KEY_ID", TestCloud.ACCESS_KEY_ID)
            .withVariable("ALIBABA_CLOUD_ACCESS_KEY_SECRET", TestCloud.ACCESS_KEY_SECRET);
    try (var agent = WiredAgent.start(setup, time)) {
      var refused = readNew(agent);

      assertThat(refused.verdict()).isEqualTo("502 CredentialsUnavailable");
      assertThat(refused.text("Message")).contains("KMS.OidcProviderArn");
      assertThat(workload.emulator().calls().total()).isZero();
      assertThat(workload.emulator().metadata().calls().total()).isZero();
    }
  }

  @Nested
  final class A_token_that_is_replaced {
    /** As the platform does it, by a rename. The one before would still be accepted. */
    @Test
    void is_used_for_the_next_key() {
      try (var agent = WiredAgent.start(workload.rrsa(), time).withKey(time)) {
        assertThat(readNew(agent).status()).isEqualTo(200);
        workload.issue(workload.token().wronglySigned());
        workload.revokeKeys();

        assertThat(readNew(agent).verdict()).isEqualTo("502 CredentialsUnavailable");
      }
    }
  }

  @Nested
  final class A_start {
    private final String name = workload.cloud().newSecret("value");

    private String read(WiredAgent agent) {
      return agent.client().secret(name).verdict();
    }

    /** Nothing waits but the next attempt, and later the end of the minute of the first. */
    private void assertRecovery(WiredAgent agent) {
      time.advanceToNext();
      assertThat(read(agent.withKey(time))).isEqualTo("200");
      assertThat(agent.client().get("/readyz").status()).isEqualTo(200);
    }

    @Test
    void without_sts_says_so_and_comes_back_by_itself() throws IOException {
      workload.emulator().sts().stop();
      try (var agent = WiredAgent.start(workload.rrsa(), time)) {
        assertThat(read(agent)).isEqualTo("502 CredentialsUnavailable");
        assertThat(agent.client().get("/readyz").status()).isEqualTo(503);
        assertThat(agent.client().get("/readyz").body()).contains("STS");
        assertThat(agent.client().get("/healthz").status()).isEqualTo(200);

        workload.emulator().sts().start();
        assertRecovery(agent);
      }
    }

    @Test
    void without_the_metadata_service_says_so_and_comes_back_by_itself() throws IOException {
      workload.emulator().metadata().stop();
      try (var agent = WiredAgent.start(workload.ecsRoleOfThisJvm(), time)) {
        assertThat(read(agent)).isEqualTo("502 CredentialsUnavailable");
        assertThat(agent.client().get("/readyz").status()).isEqualTo(503);
        assertThat(agent.client().get("/readyz").body()).contains("metadata service");

        workload.emulator().metadata().start();
        assertRecovery(agent);
      }
    }

    @Test
    void without_kms_says_so_and_comes_back_by_itself() throws IOException {
      workload.emulator().kms().stop();
      try (var agent = WiredAgent.startWithoutRetries(workload.rrsa(), time).withKey(time)) {
        assertThat(read(agent)).isEqualTo("502 UpstreamUnavailable");
        assertThat(agent.client().get("/readyz").status()).isEqualTo(503);

        workload.emulator().kms().start();
        assertRecovery(agent);
      }
    }
  }

  /** Both services come to have certificates of another authority. */
  @Test
  void a_file_of_authorities_that_is_replaced_counts_for_sts_and_kms() throws Exception {
    var caFile = folder.resolve("current.pem");
    var next = EmulatorCertificates.in(folder);
    put(LocalhostCertificates.CERTIFICATES, caFile);
    try (var before = Workload.overTlsAt(time, LocalhostCertificates.CERTIFICATES, folder);
        var after = Workload.overTlsAt(time, next, folder);
        var kms = Relay.to(before.emulator().port());
        var sts = Relay.to(before.emulator().sts().port());
        var agent = WiredAgent.startWithoutRetries(before.rrsaOverTls(kms, sts, caFile), time)) {
      var name = before.cloud().newSecret("value");
      Patience.assertSoon(() -> agent.withKey(time).client().secret(name).status() == 200);
      kms.leadTo(after.emulator().port());
      sts.leadTo(after.emulator().sts().port());
      before.emulator().kms().stop();
      before.emulator().sts().stop();
      after.token().writeTo(before.tokenFile());
      after.emulator().secrets().create("after", "value");
      assertThat(agent.client().secret("after").verdict()).isEqualTo("502 UpstreamUnavailable");

      put(next, caFile);

      Patience.assertSoon(() -> agent.client().secret("after").status() == 200);
      assertThat(after.emulator().sts().calls().total()).isPositive();
    }
  }

  private void put(EmulatorCertificates authority, Path caFile) throws IOException {
    var fresh = Files.copy(authority.caFile(), folder.resolve("fresh.pem"));
    Files.move(fresh, caFile, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
