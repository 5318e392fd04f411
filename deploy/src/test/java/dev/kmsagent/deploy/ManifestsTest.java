package dev.kmsagent.deploy;

import static java.lang.Boolean.FALSE;
import static java.lang.Boolean.TRUE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.testkit.SystemCommand;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every manifest, field by field against the API of Kubernetes, and what its parts promise each
 * other. That the rendered ones are what Helm renders, word for word, {@code ChartTest} tests.
 */
final class ManifestsTest {
  private static final String APPLICATION = "rendered/my-app.yaml";
  private static final String NODE = "rendered/node.yaml";

  /** The files of Kustomize and of OpenKruise have tests of their own. */
  static Stream<String> resources() {
    return Manifests.files()
        .filter(file -> !file.endsWith("kustomization.yaml") && !file.endsWith("/sidecarset.yaml"));
  }

  @ParameterizedTest
  @MethodSource("resources")
  void every_field_is_one_of_the_api(String file) {
    assertThat(Manifests.read(file)).isNotEmpty();
    assertThat(resources()).contains("seed/deployment.yaml", APPLICATION, NODE);
  }

  private static String with(String right, String wrong) throws IOException {
    var text = Files.readString(Clone.kubernetes().resolve(APPLICATION));
    assertThat(text).contains(right);
    return text.replace(right, wrong);
  }

  /** A misspelt field at any depth, and a value of another type. */
  @ParameterizedTest
  @CsvSource({
    "labels:, label:",
    "runAsUser:, runasUser:",
    "sizeLimit:, size:",
    "value: \"2025\", value: 2025",
    "value: \"true\", value: true",
    "periodSeconds: 5, periodSeconds: five",
    "runAsGroup: 65532, runAsGroup: \"65532\"",
  })
  void what_is_not_of_the_api_is_found(String right, String wrong) throws IOException {
    var documents = Yaml.parse(with(right, wrong));

    assertThatThrownBy(() -> documents.forEach(Manifests::resource))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(wrong.substring(0, wrong.indexOf(':')));
  }

  /** The rules that a pod breaks: the standard "restricted" of Kubernetes and more. */
  private static List<String> broken(PodSpec pod) {
    var rights = pod.getSecurityContext();
    var seccomp = rights.getSeccompProfile();
    var kept =
        Map.of(
            "no token of the API server", FALSE.equals(pod.getAutomountServiceAccountToken()),
            "no variables of services", FALSE.equals(pod.getEnableServiceLinks()),
            "not root", TRUE.equals(rights.getRunAsNonRoot()),
            "seccomp", seccomp != null && "RuntimeDefault".equals(seccomp.getType()),
            "the token in memory", keepsTokenInMemory(pod));
    var broken = new ArrayList<>(broken(kept).toList());
    Manifests.containers(pod).forEach(it -> broken.addAll(broken(it)));
    return broken;
  }

  private static boolean keepsTokenInMemory(PodSpec pod) {
    return pod.getVolumes().stream()
        .filter(volume -> volume.getName().equals("kms-agent-token"))
        .anyMatch(volume -> "Memory".equals(volume.getEmptyDir().getMedium()));
  }

  /** The same for a container alone. */
  private static List<String> broken(Container container) {
    var rights = container.getSecurityContext();
    var capabilities = rights.getCapabilities();
    var resources = container.getResources();
    var kept =
        Map.of(
            "read-only root",
            TRUE.equals(rights.getReadOnlyRootFilesystem()),
            "no privileges",
            FALSE.equals(rights.getAllowPrivilegeEscalation()),
            "no capabilities",
            capabilities != null
                && capabilities.getDrop().contains("ALL")
                && capabilities.getAdd().isEmpty(),
            "a user in digits",
            rights.getRunAsUser() != null,
            "bounded memory",
            resources.getRequests().keySet().containsAll(List.of("cpu", "memory"))
                && resources.getLimits() != null
                && resources.getLimits().containsKey("memory"));
    return broken(kept).map(rule -> container.getName() + ": " + rule).toList();
  }

  private static Stream<String> broken(Map<String, Boolean> kept) {
    return kept.keySet().stream().filter(rule -> FALSE.equals(kept.get(rule)));
  }

  @Test
  void no_container_may_do_more_than_it_needs() {
    assertThat(broken(Manifests.pod(Manifests.one(APPLICATION, Deployment.class)))).isEmpty();
    var agent = Manifests.pod(Manifests.one(NODE, DaemonSet.class));
    assertThat(agent.getContainers()).hasSize(1);
    assertThat(broken(agent.getContainers().getFirst())).isEmpty();
    assertThat(agent.getHostNetwork()).isNull();
    assertThat(agent.getHostPID()).isNull();
    assertThat(agent.getVolumes()).extracting(it -> it.getConfigMap().getName()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "readOnlyRootFilesystem: true",
        "allowPrivilegeEscalation: false",
        "drop: [ALL]",
        "runAsUser: 65532",
        "runAsNonRoot: true",
        "type: RuntimeDefault",
        "automountServiceAccountToken: false",
        "enableServiceLinks: false",
        "medium: Memory",
        "memory: 400Mi",
      })
  void what_is_left_out_is_found(String line) throws IOException {
    var weakened = Yaml.parse(with(line, "")).stream().map(Manifests::resource).toList();

    assertThat(broken(Manifests.pod(Manifests.one(weakened, Deployment.class)))).isNotEmpty();
  }

  @Test
  void the_command_and_the_variables_of_the_guide_are_the_guides() {
    var pod = Manifests.pod(Manifests.one("seed/deployment.yaml", Deployment.class));
    var agent = Manifests.container(pod, "kmsagent");

    assertThat(agent.getCommand().getLast())
        .isEqualTo(
            "./alibabacloud-kms-agent token /var/run/kmstoken/token"
                + " && ./alibabacloud-kms-agent agent config.toml");
    assertThat(agent.getEnv().stream().map(variable -> variable.getName()))
        .containsExactly(
            "ALIBABA_CLOUD_ROLE_ARN",
            "ALIBABA_CLOUD_OIDC_PROVIDER_ARN",
            "ALIBABA_CLOUD_OIDC_TOKEN_FILE",
            "KMS_TOKEN");
  }

  /** A search path could lead a name without the final dot to another namespace. */
  @Test
  void the_address_that_pods_get_leads_to_the_agent_of_their_node_which_allows_it()
      throws IOException {
    var daemonSet = Manifests.one(NODE, DaemonSet.class);
    var service = Manifests.one(NODE, Service.class);
    var metadata = service.getMetadata();
    var host = metadata.getName() + "." + metadata.getNamespace() + ".svc.cluster.local.";

    assertThat(service.getSpec().getInternalTrafficPolicy()).isEqualTo("Local");
    assertThat(service.getSpec().getSelector())
        .isEqualTo(daemonSet.getSpec().getTemplate().getMetadata().getLabels())
        .isEqualTo(daemonSet.getSpec().getSelector().getMatchLabels());
    assertThat(Files.readString(Clone.kubernetes().resolve(NODE)))
        .contains("\"value\": \"http://" + host + ":2025\"");
    assertThat(Manifests.one(NODE, ConfigMap.class).getData().get("config.toml"))
        .contains("AllowedHosts = [\"" + host + "\"]")
        .contains("ListenAddress = \"0.0.0.0\"", "AllowRemote = true", "HttpPort = 2025");
  }

  @Test
  void the_agents_own_account_may_read_the_keys_of_the_cluster_and_nothing_else() {
    var daemonSet = Manifests.one(NODE, DaemonSet.class);
    var binding = Manifests.one(NODE, ClusterRoleBinding.class);

    assertThat(binding.getRoleRef().getName()).isEqualTo("system:service-account-issuer-discovery");
    assertThat(binding.getSubjects())
        .singleElement()
        .matches(it -> it.getName().equals(Manifests.pod(daemonSet).getServiceAccountName()))
        .matches(it -> it.getNamespace().equals(daemonSet.getMetadata().getNamespace()));
  }

  @Test
  void kustomize_takes_the_copies() {
    assumeTrue(
        SystemCommand.isThere("kustomize"),
        "there is no kustomize here: build/tools gets it on Debian");
    var folder = Clone.kubernetes().resolve("rendered").toString();
    var built = Yaml.parse(SystemCommand.of("kustomize", "build", folder).run().outputOfSuccess());

    assertThat(built.stream().map(Manifests::resource).map(HasMetadata::getKind))
        .contains("MutatingAdmissionPolicy", "ValidatingAdmissionPolicy");
  }
}
