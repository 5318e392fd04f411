package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.gateway.Call;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultRule;
import dev.kmsagent.testkit.Patience;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an identity is by variables that the vendor's library reads. */
final class IdentityIT {
  private final Workload workload;

  IdentityIT(@TempDir Path folder) {
    this.workload = Workload.start(Workload.Localhost.CERTIFICATES, folder);
  }

  @AfterEach
  void clean_up() throws IOException {
    workload.close();
  }

  private AgentAnswer readNew(AgentProcess agent) {
    return agent.client().secret(workload.cloud().newSecret("value"));
  }

  /** Who signed the last call to KMS. */
  private String signer() {
    return workload.emulator().calls().latest().stream()
        .map(Call::accessKeyId)
        .reduce("", (_, last) -> last);
  }

  /** A busy machine may need more than the two seconds that the metadata service is waited for. */
  private void awaitRead(AgentProcess agent) {
    Patience.see(() -> readNew(agent).status(), status -> status == 200);
  }

  @Test
  void the_chain_finds_the_role_of_the_instance() {
    try (var agent = AgentProcess.start(workload.chain())) {
      awaitRead(agent);
      assertThat(workload.emulator().mintedKeys().find(signer())).isPresent();
    }
  }

  @Test
  void the_chain_takes_an_access_key_before_the_instance() {
    var setup =
        workload
            .chain()
            .withVariable("ALIBABA_CLOUD_ACCESS_KEY_ID", TestCloud.ACCESS_KEY_ID)
            .withVariable("ALIBABA_CLOUD_ACCESS_KEY_SECRET", TestCloud.ACCESS_KEY_SECRET);
    try (var agent = AgentProcess.start(setup)) {
      assertThat(readNew(agent).status()).isEqualTo(200);
      assertThat(signer()).isEqualTo(TestCloud.ACCESS_KEY_ID);
    }
  }

  @Test
  void without_credentials_the_answer_says_what_to_do() {
    var setup =
        new AgentSetup(
            workload.cloud().setup().keys(),
            Map.of("KMS_TOKEN", TestCloud.TOKEN, "ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true"));
    try (var agent = AgentProcess.start(setup)) {
      var answer = agent.client().secret("any");

      assertThat(answer.verdict()).isEqualTo("502 CredentialsUnavailable");
      assertThat(answer.text("Message")).contains("ALIBABA_CLOUD_ACCESS_KEY_ID");
    }
  }

  @Test
  void the_normal_mode_of_the_metadata_service_is_not_used_where_the_variable_forbids_it() {
    var metadata = workload.emulator().metadata();
    metadata.faults().add(FaultRule.of(new Fault.Html(404)).onAction("PutToken"));
    var setup = workload.ecsRole().withVariable("ALIBABA_CLOUD_IMDSV1_DISABLED", "true");
    try (var agent = AgentProcess.start(setup)) {
      Patience.see(
          () -> agent.client().get("/readyz").body(),
          page -> page.contains("ALIBABA_CLOUD_IMDSV1_DISABLED"));
      assertThat(readNew(agent).verdict()).isEqualTo("502 CredentialsUnavailable");
      assertThat(metadata.calls().actions()).doesNotContainKeys("GetRoleName", "GetCredentials");
    }
  }
}
