package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.gateway.Call;
import dev.kmsagent.emulator.identity.MintedKey;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** As whom the agent calls KMS when no key is given to it. */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
final class IdentityTest {
  private final VirtualTime time = new VirtualTime();
  private final Workload workload;
  private final TestCloud cloud;

  IdentityTest(@TempDir Path folder) {
    this.workload = Workload.at(time, folder);
    this.cloud = workload.cloud();
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

  @Nested
  final class Of_a_service_account {
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
      var name = cloud.newSecret("value");
      try (var agent = WiredAgent.start(pod(), time).withKey(time)) {
        assertThat(agent.client().secret(name).status()).isEqualTo(200);
        assertThat(signer().roleName()).isEqualTo("reader");
        assertThat(signer().sessionName()).isEqualTo("kms-agent");
        assertThat(credentials(agent)).startsWith("UP: The credentials are good for 3");
      }
    }

    /** The variables alone would all be wrong. */
    @Test
    void keys_win_over_what_the_platform_sets() {
      var name = cloud.newSecret("value");
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
        assertThat(agent.client().secret(name).status()).isEqualTo(200);
        assertThat(signer().roleName()).isEqualTo("other");
        assertThat(signer().sessionName()).isEqualTo("by-key");
      }
    }

    @Test
    void a_token_that_is_mounted_late_is_waited_for_and_reported_as_missing() throws IOException {
      Files.delete(workload.tokenFile());
      var name = cloud.newSecret("value");
      try (var agent = WiredAgent.start(pod(), time)) {
        var missing = "The OIDC token file " + workload.tokenFile() + " is not there";
        Patience.see(() -> credentials(agent), it -> it.startsWith("DOWN: No credentials"));
        assertThat(credentials(agent)).contains(missing);
        assertThat(agent.client().get("/readyz").status()).isEqualTo(503);
        assertThat(agent.client().secret(name).verdict()).isEqualTo("502 CredentialsUnavailable");
        workload.issue(workload.token());
        time.advanceToNext();
        assertThat(agent.client().secret(name).status()).isEqualTo(200);
        assertThat(agent.client().get("/readyz").text("status")).isEqualTo("UP");
      }
    }
  }

  @Nested
  final class Of_an_instance {
    private WiredAgent agent(String config) {
      return WiredAgent.start(workload.ecsRoleOfThisJvm().with(config), time);
    }

    @Test
    void a_role_that_is_named_and_not_attached_is_not_replaced_by_the_one_that_is() {
      var name = cloud.newSecret("value");
      try (var agent = agent("KMS.RoleName = \"reader\"").withKey(time)) {
        assertThat(agent.client().secret(name).status()).isEqualTo(200);
      }
      try (var agent = agent("KMS.RoleName = \"other\"")) {
        assertThat(agent.client().secret(name).verdict()).isEqualTo("502 CredentialsUnavailable");
        Patience.see(() -> credentials(agent), it -> it.startsWith("DOWN: No credentials"));
        assertThat(credentials(agent)).contains("other");
      }
    }
  }
}
