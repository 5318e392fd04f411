package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.testkit.SystemCommand;
import io.fabric8.kubernetes.api.model.Capabilities;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every manifest, field by field against the API of Kubernetes, what its parts promise each other,
 * and the policies for RAM beside them. That the rendered ones are what Helm renders, word for
 * word, {@code ChartTest} tests.
 */
final class ManifestsTest {
  private static final String APPLICATION = "rendered/my-app.yaml";
  private static final String NODE = "rendered/node.yaml";

  /** The files of Kustomize, OpenKruise and cert-manager have tests of their own. */
  static Stream<String> resources() {
    return Manifests.files()
        .filter(file -> !file.endsWith("kustomization.yaml") && !file.endsWith("/sidecarset.yaml"))
        .filter(file -> !file.startsWith("tls/"));
  }

  @ParameterizedTest
  @MethodSource("resources")
  void every_field_is_one_of_the_api(String file) {
    assertThat(Manifests.read(file)).isNotEmpty();
    assertThat(resources()).contains("seed/deployment.yaml", APPLICATION, NODE);
  }

  /** A misspelt field at any depth, and a value of another type. */
  @ParameterizedTest
  @CsvSource({
    "labels:, label:",
    "sizeLimit:, size:",
    "value: \"2025\", value: 2025",
    "value: \"true\", value: true",
    "periodSeconds: 5, periodSeconds: five",
    "runAsGroup: 65532, runAsGroup: \"65532\"",
  })
  void what_is_not_of_the_api_is_found(String right, String wrong) {
    var text = Clone.text(Clone.kubernetes().resolve(APPLICATION));
    assertThat(text).contains(right);
    var documents = Yaml.parse(text.replace(right, wrong));

    assertThatThrownBy(() -> documents.forEach(Manifests::resource))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(wrong.substring(0, wrong.indexOf(':')));
  }

  /** The standard "restricted" of Kubernetes and more. */
  @Test
  void a_pod_may_do_no_more_than_it_needs() {
    var pod = Manifests.pod(Manifests.one(APPLICATION, Deployment.class));
    var rights = pod.getSecurityContext();
    assertThat(rights.getRunAsNonRoot()).isTrue();
    assertThat(rights.getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    assertThat(pod.getAutomountServiceAccountToken()).as("a token of the API server").isFalse();
    assertThat(pod.getEnableServiceLinks()).as("variables of services").isFalse();
    assertThat(pod.getVolumes().getFirst().getName()).isEqualTo("kms-agent-token");
    assertThat(pod.getVolumes().getFirst().getEmptyDir().getMedium()).isEqualTo("Memory");
    assertThat(Manifests.containers(pod)).hasSize(2).allSatisfy(ManifestsTest::assertBounded);

    var agent = Manifests.pod(Manifests.one(NODE, DaemonSet.class));
    assertThat(agent.getHostNetwork()).isNull();
    assertThat(agent.getHostPID()).isNull();
    assertThat(agent.getVolumes()).extracting(it -> it.getConfigMap().getName()).hasSize(1);
    assertThat(agent.getContainers()).hasSize(1).allSatisfy(ManifestsTest::assertBounded);
  }

  private static void assertBounded(Container container) {
    var rights = container.getSecurityContext();
    assertThat(rights.getReadOnlyRootFilesystem()).isTrue();
    assertThat(rights.getAllowPrivilegeEscalation()).isFalse();
    assertThat(rights.getCapabilities()).isEqualTo(new Capabilities(List.of(), List.of("ALL")));
    assertThat(rights.getRunAsUser()).as("a user in digits").isPositive();
    assertThat(container.getResources().getRequests()).containsKeys("cpu", "memory");
    assertThat(container.getResources().getLimits()).containsKey("memory");
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
        SystemCommand.isThere("kubectl"),
        "there is no kubectl here: build/tools gets it on Debian");
    var folder = Clone.kubernetes().resolve("rendered");
    var build = SystemCommand.of("kubectl", "kustomize", folder);
    var built = Yaml.parse(build.run().outputOfSuccess());

    assertThat(built.stream().map(Manifests::resource).map(HasMetadata::getKind))
        .contains("MutatingAdmissionPolicy", "ValidatingAdmissionPolicy");
  }

  @ParameterizedTest
  @ValueSource(strings = {"permission-policy", "permission-policy-by-tag"})
  void a_policy_lets_the_agent_read_secrets_and_nothing_else(String name) {
    assertThat(Manifests.texts(Manifests.policy(name), "Action"))
        .contains("kms:GetSecretValue")
        .isSubsetOf("kms:Decrypt", "kms:GetSecretValue");
  }

  @Test
  void without_a_condition_no_statement_is_for_everything() {
    assertThat(Manifests.texts(Manifests.policy("permission-policy"), "Resource"))
        .isNotEmpty()
        .noneMatch(resource -> resource.endsWith("secret/*") || resource.equals("*"));
    assertThat(Manifests.policy("permission-policy-by-tag"))
        .containsOnlyOnce("\"Effect\"")
        .containsOnlyOnce("\"Condition\"");
  }

  @Test
  void the_role_trusts_one_service_account() {
    var policy = Manifests.policy("trust-policy");

    assertThat(Manifests.texts(policy, "Action")).containsExactly("sts:AssumeRole");
    assertThat(Manifests.texts(policy, "oidc:aud")).containsExactly("sts.aliyuncs.com");
    assertThat(Manifests.texts(policy, "oidc:iss")).hasSize(1);
    assertThat(Manifests.texts(policy, "oidc:sub"))
        .containsExactly("system:serviceaccount:rrsa-dev:my-app");
  }
}
