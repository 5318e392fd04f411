package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.Patience;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
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
    var injected = Pods.strictly(pod);
    var deployment =
        new DeploymentBuilder()
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
            .withLabels(injected.getMetadata().getLabels())
            .withAnnotations(annotations)
            .endMetadata()
            .withSpec(injected.getSpec())
            .endTemplate()
            .endSpec()
            .build();
    return new Playable(name, deployment, volumes)
        .images(Images.agent(), Images.application())
        .cloud(AGENT, cloud, role, emulator.oidc().tokenFor("shop", "default").text());
  }

  private String values(HostCloud cloud) {
    var account = role.replaceAll("acs:ram::([0-9]+):.*", "$1");
    var endpoint =
        cloud.variables("").stream()
            .filter(it -> it.getName().equals("KMS_AGENT_KMS_ENDPOINT"))
            .findFirst()
            .orElseThrow()
            .getValue();
    return "{identity: {accounts: ['%s'], oidcProviderArn: '%s'}, kms: {endpoint: '%s'}}"
        .formatted(account, cloud.emulator().oidc().arn(), endpoint);
  }

  /** As the application's team has it: another user, no group. */
  private static Map<String, Object> restricted(Map<String, Object> pod) {
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

  /** What the kubelet does, from where it does it. */
  @Test
  @Order(0)
  void the_probes_are_answered_at_the_address_of_the_pod() {
    var address = "http://" + pod().address() + ":12025";
    try (var kubelet = HttpClient.newHttpClient()) {
      for (var path : new String[] {"/ping", "/readyz"}) {
        var request = HttpRequest.newBuilder(URI.create(address + path)).build();
        var _ = Patience.see(() -> status(kubelet, request), status -> status == 200);
      }
    }
  }

  private static int status(HttpClient client, HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.discarding()).statusCode();
    } catch (IOException refused) {
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
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
