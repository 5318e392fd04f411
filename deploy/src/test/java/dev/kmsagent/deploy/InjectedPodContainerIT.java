package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** A pod of which an application's team wrote one label and its role, after injection. */
final class InjectedPodContainerIT extends PodContract {
  private static final String AGENT = "kms-agent";
  private static final Pattern POLICY =
      Pattern.compile("^\\{$.*?^}$", Pattern.MULTILINE | Pattern.DOTALL);

  private String role = "";

  InjectedPodContainerIT() {
    super(AGENT);
  }

  @Override
  HostCloud cloud(Path folder) throws Exception {
    return HostCloud.start(folder, ROLE, "shop", "default");
  }

  @Override
  Playable playable(HostCloud cloud) {
    var emulator = cloud.emulator();
    role = emulator.roles().arn(ROLE);
    var values =
        "{identity: {accounts: ['%s'], oidcProviderArn: '%s'}, kms: {endpoint: '%s'}}"
            .formatted(cloud.account(), emulator.oidc().arn(), cloud.endpoint());
    var policies = new AdmissionPolicies(HelmChart.agent(HelmChart.NEW).render(values));
    var annotation = "metadata: {annotations: {kms-agent/role: '" + role + "'}}";
    var made = policies.mutate(Pods.patched(Pods.read("restricted"), annotation));
    assertThat(policies.refusals(made)).isEmpty();
    var pod = Pods.strictly(made);
    return new Playable("kms-agent-injected", pod.getSpec(), pod.getMetadata().getAnnotations())
        .in(cloud)
        .secret(Map.of("token", emulator.oidc().tokenFor("shop", "default").text()));
  }

  @Test
  @Order(0)
  void the_probes_are_answered_at_the_address_of_the_pod() {
    pod().seeItAnswer("/ping");
    pod().seeItAnswer("/readyz");
  }

  @Test
  @Order(1)
  void the_root_is_read_only_and_the_token_can_be_read_and_not_replaced() {
    assertThat(pod().run(AGENT, "touch config.toml lib/x").errors()).contains("Read-only");
    assertThat(
            pod().run("my-app", "id -u && stat --format '%a %u' /var/run/kmstoken/token").output())
        .isEqualTo("10001\n644 65532\n");
    assertThat(pod().run("my-app", "rm /var/run/kmstoken/token").errors()).contains("Read-only");
  }

  /** An image of an application may have no client. */
  @Test
  @Order(1)
  void the_agents_container_reads_a_secret_by_its_own_command() {
    var read = pod().run(AGENT, "./alibabacloud-kms-agent get app/dev/secret-1");

    assertThat(read.outputOfSuccess()).contains("the secret of the pod");
  }

  /** Where the agent runs, and as it runs there. */
  @Test
  @Order(1)
  void a_check_finds_the_way_and_asks_for_the_policies_of_this_folder() throws IOException {
    var command = " ./alibabacloud-kms-agent check --secret app/dev/secret-1";
    var check = pod().run(AGENT, "KMS_AGENT_KMS_ROLEARN=" + role + command).outputOfSuccess();
    var asked = POLICY.matcher(check).results().map(found -> found.group()).toList();

    assertThat(check).contains("No problem was found.");
    assertThat(asked)
        .map(it -> PoliciesTest.texts(it, "Action"))
        .containsExactly(List.of("kms:GetSecretValue"), List.of("sts:AssumeRole"));
    for (var name : List.of("Federated", "oidc:aud", "oidc:iss", "oidc:sub")) {
      assertThat(PoliciesTest.texts(asked.getLast(), name)).hasSize(1);
      assertThat(PoliciesTest.texts(PoliciesTest.policy("trust-policy"), name)).hasSize(1);
    }
  }
}
