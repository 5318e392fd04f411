package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** A pod of which an application's team wrote one label and its role, after injection. */
abstract class InjectedPod extends PodContract {
  private static final String AGENT = "kms-agent";
  private static final Pattern POLICY =
      Pattern.compile("^\\{$.*?^}$", Pattern.MULTILINE | Pattern.DOTALL);

  private final String name;
  private final String kubernetes;
  private String role = "";

  InjectedPod(String name, String kubernetes) {
    super(name, AGENT);
    this.name = name;
    this.kubernetes = kubernetes;
  }

  /** The pod as the cluster starts it. */
  abstract Map<String, Object> inject(
      List<Map<String, Object>> chart, Map<String, Object> application);

  @Override
  final HostCloud cloud(Path folder) throws Exception {
    return HostCloud.start(folder, ROLE, "shop", "default");
  }

  @Override
  final Playable playable(HostCloud cloud, Path volumes) throws IOException {
    var emulator = cloud.emulator();
    role = emulator.roles().arn(ROLE);
    var annotations = Map.of("kms-agent/role", role);
    var application = Pods.with(Pods.read("sidecarset"), annotations, "metadata", "annotations");
    var chart = HelmChart.agent(kubernetes).render(values(cloud));
    var pod = inject(chart, restricted(application));
    assertThat(new AdmissionPolicies(chart).refusals(pod)).isEmpty();
    return new Playable(name, deployment(name, pod), volumes)
        .images(Images.agent(), Images.application())
        .cloud(AGENT, cloud, role, emulator.oidc().tokenFor("shop", "default").text());
  }

  /** A Deployment of a pod. */
  static Deployment deployment(String name, Map<String, Object> document) {
    var pod = Pods.strictly(document);
    return new DeploymentBuilder()
        .withNewMetadata()
        .withName(name)
        .endMetadata()
        .withNewSpec()
        .withReplicas(1)
        .withNewSelector()
        .addToMatchLabels("app", "orders")
        .endSelector()
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(pod.getMetadata().getLabels())
        .withAnnotations(pod.getMetadata().getAnnotations())
        .endMetadata()
        .withSpec(pod.getSpec())
        .endTemplate()
        .endSpec()
        .build();
  }

  private String values(HostCloud cloud) {
    return "{identity: {accounts: ['%s'], oidcProviderArn: '%s'}, kms: {endpoint: '%s'}}"
        .formatted(cloud.account(), cloud.emulator().oidc().arn(), cloud.endpoint());
  }

  /** As the application's team has it: another user, no group. */
  static Map<String, Object> restricted(Map<String, Object> pod) {
    var rights =
        Map.of(
            "runAsUser",
            10001,
            "runAsGroup",
            10001,
            "allowPrivilegeEscalation",
            false,
            "readOnlyRootFilesystem",
            true,
            "capabilities",
            Map.of("drop", List.of("ALL")));
    var container = new LinkedHashMap<String, Object>(Pods.first(pod, "containers"));
    container.put("name", "my-app");
    container.put("securityContext", rights);
    return Pods.with(pod, List.of(container), "spec", "containers");
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
    var check =
        pod()
            .run(
                AGENT,
                "KMS_AGENT_KMS_ROLEARN=%s ./alibabacloud-kms-agent check --secret app/dev/secret-1"
                    .formatted(role))
            .outputOfSuccess();
    var asked = POLICY.matcher(check).results().map(found -> Policy.parse(found.group())).toList();

    assertThat(check).contains("No problem was found.");
    assertThat(asked.stream().map(Policy::actions))
        .containsExactly(List.of("kms:GetSecretValue"), List.of("sts:AssumeRole"));
    assertThat(Policy.actions(Policy.read("permission-policy")))
        .containsAll(Policy.actions(asked.getFirst()));
    assertThat(Policy.shape(Policy.read("trust-policy"))).isEqualTo(Policy.shape(asked.getLast()));
  }
}
