package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.SystemCommand;
import io.fabric8.kubernetes.api.model.EnvVar;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the sidecar's command makes of the settings of a pod, with a program that prints them. */
final class SidecarScriptTest {
  @TempDir private Path folder;

  /** The variables and arguments that the program gets, after its token was made. */
  private List<String> started(String values, Map<String, String> settings) throws IOException {
    var outcome = run(values, settings);
    return outcome.outputOfSuccess().lines().toList();
  }

  private SystemCommand.Outcome run(String values, Map<String, String> settings)
      throws IOException {
    SystemCommand.program(
        folder.resolve("alibabacloud-kms-agent"),
        "#!/bin/sh\necho \"$*\"\n[ $1 = token ] || env\n");
    var agent = SidecarSets.agent(HelmChart.agent(HelmChart.OLD).render(values));
    var script = "cd '" + folder + "' && " + agent.getCommand().getLast();
    var command = SystemCommand.of("sh", "-c", script);
    for (var variable : (Iterable<EnvVar>) fixed(agent.getEnv())::iterator) {
      command = command.with(variable.getName(), variable.getValue());
    }
    for (var setting : settings.entrySet()) {
      command = command.with("KMS_INJECTED_" + setting.getKey(), setting.getValue());
    }
    return command.run();
  }

  private static Stream<EnvVar> fixed(List<EnvVar> variables) {
    return variables.stream().filter(it -> it.getValue() != null);
  }

  @ParameterizedTest
  @CsvSource({
    "orders, acs:ram::1234567890123456:role/orders",
    "acs:ram::2234567890123456:role/orders, acs:ram::2234567890123456:role/orders",
  })
  void a_role_is_named_or_given_whole(String role, String arn) throws IOException {
    assertThat(started("{}", Map.of("ROLE", role)))
        .contains("KMS_AGENT_KMS_ROLEARN=" + arn)
        .contains("KMS_AGENT_KMS_REGION=cn-hangzhou")
        .contains("KMS_AGENT_KMS_ENDPOINT=kms-vpc.cn-hangzhou.aliyuncs.com");
  }

  @Test
  void without_a_role_nothing_starts() throws IOException {
    assertThat(run("{}", Map.of("ROLE", "")).status()).isNotZero();
  }

  @Test
  void the_token_is_kept_and_readable_and_made_first() throws IOException {
    var lines = started("{}", Map.of("ROLE", "orders"));

    assertThat(lines.getFirst()).isEqualTo("token --keep --mode 0644 /var/run/kmstoken/token");
    assertThat(lines.get(1)).isEqualTo("agent config.toml");
  }

  @Test
  void the_region_decides_on_the_endpoint_in_the_vpc() throws IOException {
    var settings = Map.of("ROLE", "orders", "REGION", "cn-beijing");

    assertThat(started("{}", settings))
        .contains("KMS_AGENT_KMS_REGION=cn-beijing")
        .contains("KMS_AGENT_KMS_ENDPOINT=kms-vpc.cn-beijing.aliyuncs.com");
    assertThat(started("kms: {vpc: false}", settings))
        .contains("KMS_AGENT_KMS_REGION=cn-beijing")
        .noneMatch(it -> it.startsWith("KMS_AGENT_KMS_ENDPOINT="));
    assertThat(started("kms: {endpoint: kst-1.cryptoservice.kms.aliyuncs.com}", settings))
        .contains("KMS_AGENT_KMS_ENDPOINT=kst-1.cryptoservice.kms.aliyuncs.com");
  }

  @Test
  void empty_settings_are_none() throws IOException {
    assertThat(started("{}", Map.of("ROLE", "a", "REGION", "", "PREFETCH", "", "DIALECT", "")))
        .contains("KMS_AGENT_KMS_REGION=cn-hangzhou")
        .noneMatch(it -> it.startsWith("KMS_AGENT_CACHE_PREFETCH"))
        .noneMatch(it -> it.startsWith("KMS_AGENT_SERVER_RESPONSETYPE"));
  }

  @ParameterizedTest
  @CsvSource({"kms, 0", "aws, 1", "vault, 2"})
  void a_dialect_is_a_response_type(String dialect, String type) throws IOException {
    assertThat(started("{}", Map.of("ROLE", "a", "DIALECT", dialect, "PREFETCH", "a,b")))
        .contains("KMS_AGENT_SERVER_RESPONSETYPE=" + type, "KMS_AGENT_CACHE_PREFETCH=a,b");
  }

  @Test
  void the_dialect_of_vault_serves_the_mount_of_its_clients() throws IOException {
    assertThat(started("{}", Map.of("ROLE", "a", "DIALECT", "vault")))
        .contains("KMS_AGENT_SERVER_VAULTMOUNT=secret");
    var vault =
        "settings: {KMS_AGENT_SERVER_RESPONSETYPE: 2, KMS_AGENT_SERVER_VAULTMOUNT: kv,"
            + " KMS_AGENT_SERVER_VAULTLEASESECONDS: 60}";
    for (var values : List.of("{}", vault)) {
      assertThat(started(values, Map.of("ROLE", "a", "DIALECT", "aws")))
          .noneMatch(it -> it.startsWith("KMS_AGENT_SERVER_VAULT"));
    }
    assertThat(started(vault, Map.of("ROLE", "a"))).contains("KMS_AGENT_SERVER_VAULTMOUNT=kv");
  }

  /** Which no policy lets through: the shell still takes it as a text. */
  @ParameterizedTest
  @ValueSource(strings = {"$(touch owned)", "`touch owned`", "a; touch owned", "a\" touch \"owned"})
  void text_is_no_command(String text) throws IOException {
    assertThat(started("{}", Map.of("ROLE", text, "REGION", text, "PREFETCH", text)))
        .contains("KMS_AGENT_CACHE_PREFETCH=" + text);
    assertThat(folder.resolve("owned")).doesNotExist();
  }

  @Test
  void a_webhook_gives_the_role() throws IOException {
    assertThat(started("identity: {mode: Webhook}", Map.of()))
        .noneMatch(it -> it.startsWith("KMS_AGENT_KMS_ROLEARN"))
        .noneMatch(it -> it.startsWith("KMS_AGENT_KMS_OIDC"));
  }
}
