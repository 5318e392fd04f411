package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the policies of the chart make of pods that an agent of their node serves. */
final class NodeInjectionTest {
  private static final String URL = "http://kms-agent.kms-agent.svc.cluster.local.:2025";
  private static final Set<String> VARIABLES = Set.of("KMS_TOKEN", "KMS_URL");
  private static final AdmissionPolicies POLICIES = policies(HelmChart.NEW, "{}");
  private static final AdmissionPolicies LENIENT =
      policies(HelmChart.NEW, "{conflictPolicy: LeaveAlone, failurePolicy: Ignore}");

  private static AdmissionPolicies policies(String kubernetes, String values) {
    return new AdmissionPolicies(HelmChart.agent(kubernetes).render(HelmChart.NODE, values));
  }

  /** One of the usual pods, with the label of these policies and without the role of sidecars. */
  private static Map<String, Object> pod(String name) {
    var pod = Pods.read(name);
    var metadata = Pods.map(pod, "metadata");
    var annotations = new HashMap<>(Pods.map(metadata, "annotations"));
    annotations.remove("kms-agent/role");
    var labels = new HashMap<>(Pods.map(metadata, "labels"));
    labels.replace("kms-agent/inject", "true", "node");
    return Pods.with(
        Pods.with(pod, annotations, "metadata", "annotations"), labels, "metadata", "labels");
  }

  private static PodSpec injected(String name) {
    return Pods.strictly(POLICIES.mutate(pod(name))).getSpec();
  }

  private static boolean hasToken(Container container) {
    return container.getEnv().stream()
            .map(it -> it.getName() + "=" + it.getValue())
            .toList()
            .containsAll(List.of("KMS_TOKEN=file:///var/run/kmstoken/token", "KMS_URL=" + URL))
        && container.getVolumeMounts().stream()
            .anyMatch(
                it ->
                    it.getName().equals("kms-agent-token")
                        && it.getMountPath().equals("/var/run/kmstoken")
                        && it.getReadOnly());
  }

  private static Container withoutToken(Container container) {
    container.setEnv(
        container.getEnv().stream().filter(it -> !VARIABLES.contains(it.getName())).toList());
    container.setVolumeMounts(
        container.getVolumeMounts().stream()
            .filter(it -> !it.getName().equals("kms-agent-token"))
            .toList());
    return container;
  }

  @Nested
  final class Gives_the_token {
    static Stream<String> pods() {
      return Stream.of(
          "plain",
          "argo-workflow",
          "containers-by-annotation",
          "generate-name",
          "host-network",
          "init-containers",
          "job",
          "knative",
          "mount-above",
          "no-service-account-token",
          "other-native-sidecar",
          "other-user-and-group",
          "own-identity-volume",
          "own-port",
          "pod-identity-webhook",
          "pull-secrets",
          "resources-of-the-pod",
          "same-variable-and-value",
          "several-containers",
          "variable-reference");
    }

    @ParameterizedTest
    @MethodSource("pods")
    void by_one_volume_and_no_container(String name) {
      var before = Pods.strictly(pod(name)).getSpec();
      var after = injected(name);

      assertThat(after.getVolumes()).containsAll(before.getVolumes());
      assertThat(after.getVolumes().stream().map(Volume::getName)).doesNotHaveDuplicates();
      assertThat(after.getVolumes())
          .hasSize(before.getVolumes().size() + 1)
          .filteredOn(it -> it.getName().equals("kms-agent-token"))
          .singleElement()
          .extracting(it -> it.getProjected().getSources().getFirst().getServiceAccountToken())
          .matches(it -> it.getAudience().equals("sts.aliyuncs.com"))
          .matches(it -> it.getExpirationSeconds() == 3600)
          .matches(it -> it.getPath().equals("token"));
      assertThat(Manifests.containers(after).map(NodeInjectionTest::withoutToken))
          .containsExactlyElementsOf(
              Manifests.containers(before).map(NodeInjectionTest::withoutToken).toList());
    }

    @ParameterizedTest
    @MethodSource("pods")
    void once_and_no_more(String name) {
      var once = POLICIES.mutate(pod(name));

      assertThat(POLICIES.mutate(once)).isEqualTo(once);
      assertThat(POLICIES.refusals(once)).isEmpty();
    }

    @Test
    void to_every_container() {
      assertThat(Manifests.containers(injected("several-containers")))
          .hasSize(3)
          .allMatch(NodeInjectionTest::hasToken);
      assertThat(Manifests.containers(injected("init-containers")))
          .hasSize(3)
          .allMatch(NodeInjectionTest::hasToken);
    }

    @Test
    void to_the_named_containers_alone() {
      assertThat(Manifests.containers(injected("containers-by-annotation")))
          .filteredOn(NodeInjectionTest::hasToken)
          .extracting(Container::getName)
          .containsExactly("app", "worker");
      assertThat(Manifests.container(injected("containers-by-annotation"), "istio-proxy"))
          .matches(it -> it.getEnv().isEmpty() && it.getVolumeMounts().isEmpty());
    }

    @Test
    void with_variables_that_others_can_refer_to() {
      assertThat(injected("variable-reference").getContainers().getFirst().getEnv())
          .extracting(EnvVar::getName)
          .containsExactly("KMS_TOKEN", "KMS_URL", "TOKEN_PATH");
    }

    @Test
    void to_containers_that_a_later_webhook_adds() {
      var once = POLICIES.mutate(pod("plain"));
      var late = Pods.plus(once, "containers", Map.of("name", "late", "image", "late:1"));

      assertThat(Manifests.containers(Pods.strictly(POLICIES.mutate(late)).getSpec()))
          .hasSize(2)
          .allMatch(NodeInjectionTest::hasToken);
    }

    @Test
    void for_another_audience_at_another_place() {
      var policies =
          policies(
              HelmChart.NEW,
              "{tokenFolder: /kms, ports: {http: 3000},"
                  + " node: {audience: kms-agent, clusterDomain: prod.example}}");
      var pod = policies.mutate(pod("plain"));
      var spec = Pods.strictly(pod).getSpec();

      assertThat(policies.refusals(pod)).isEmpty();
      assertThat(spec.getContainers().getFirst().getEnv())
          .extracting(EnvVar::getValue)
          .containsExactly(
              "file:///kms/token", "http://kms-agent.kms-agent.svc.prod.example.:3000");
      assertThat(
              spec.getVolumes()
                  .getFirst()
                  .getProjected()
                  .getSources()
                  .getFirst()
                  .getServiceAccountToken()
                  .getAudience())
          .isEqualTo("kms-agent");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"agent-as-container", "agent-by-hand", "label-false", "mirror", "not-labelled"})
  void leaves_alone_what_has_an_agent_or_asks_for_none(String name) {
    var pod = pod(name);

    assertThat(POLICIES.mutate(pod)).isEqualTo(pod);
    assertThat(POLICIES.refusals(pod)).isEmpty();
  }

  @Nested
  final class Refuses {
    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            own-volume               | volume kms-agent-token is not the one of the KMS agent
            sidecarset               | volume kms-agent-token is not the one of the KMS agent
            own-mount                | container app has another mount at /var/run/kmstoken
            own-mount-within         | container app has another mount at /var/run/kmstoken
            own-variable             | container app has another variable KMS_TOKEN
            own-variable-of-a-secret | container app has another variable KMS_TOKEN
            windows                  | the agent runs on Linux
            windows-by-node-selector | the agent runs on Linux
            vendors-injector         | annotation kms-agent-webhook-injector/inject asks for another agent
            """)
    void what_is_in_the_way_or_leaves_it_alone_as_a_value_says(String name, String reason) {
      assertIsInTheWay(pod(name), reason);
    }

    private static void assertIsInTheWay(Map<String, Object> pod, String reason) {
      assertThat(POLICIES.refusals(POLICIES.mutate(pod)))
          .containsExactly("the KMS agent cannot be used: " + reason);
      assertThat(LENIENT.mutate(pod)).isEqualTo(pod);
      assertThat(LENIENT.refusals(pod)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"alibabacloud.com/eci", "alibabacloud.com/acs"})
    void a_pod_of_a_virtual_node(String label) {
      var labels = Map.of("kms-agent/inject", "node", label, "true");

      assertIsInTheWay(
          Pods.with(pod("plain"), labels, "metadata", "labels"),
          "there is no agent on a virtual node");
    }

    @Test
    void the_address_of_another_agent() {
      var container =
          Map.of(
              "name", "app",
              "image", "shop/orders:1",
              "env", List.of(Map.of("name", "KMS_URL", "value", URL.replace(".:", ":"))));

      assertIsInTheWay(
          Pods.with(pod("plain"), List.of(container), "spec", "containers"),
          "container app has another variable KMS_URL");
    }

    @ParameterizedTest
    @CsvSource({"kms-agent, token", "sts.aliyuncs.com, token.jwt"})
    void a_token_for_another_audience_or_at_another_path(String audience, String path) {
      var token = Map.of("serviceAccountToken", Map.of("audience", audience, "path", path));
      var volume =
          Map.of("name", "kms-agent-token", "projected", Map.of("sources", List.of(token)));

      assertIsInTheWay(
          Pods.plus(pod("plain"), "volumes", volume),
          "volume kms-agent-token is not the one of the KMS agent");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            all-settings         | there is no annotation kms-agent/dialect
            annotation-unknown   | there is no annotation kms-agent/image
            containers-hostile   | annotation kms-agent/containers names a container that is not there
            containers-empty     | annotation kms-agent/containers names a container that is not there
            containers-unknown   | annotation kms-agent/containers names a container that is not there
            """)
    void settings_that_do_not_exist_or_do_not_fit(String name, String reason) {
      for (var policies : List.of(POLICIES, LENIENT)) {
        assertThat(policies.refusals(policies.mutate(pod(name))))
            .singleElement()
            .asString()
            .startsWith("settings of the KMS agent: ")
            .contains(reason);
      }
    }

    @Test
    void the_role_of_a_sidecar() {
      var pod =
          Pods.with(pod("plain"), Map.of("kms-agent/role", "orders"), "metadata", "annotations");

      assertThat(POLICIES.refusals(POLICIES.mutate(pod)))
          .containsExactly(
              "settings of the KMS agent: there is no annotation kms-agent/role: a request names"
                  + " its role");
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "Node", "nod", ""})
    void a_label_that_is_neither_node_nor_false(String value) {
      var pod = Pods.with(pod("plain"), Map.of("kms-agent/inject", value), "metadata", "labels");

      assertThat(POLICIES.refusals(POLICIES.mutate(pod)))
          .first()
          .isEqualTo("label kms-agent/inject must be \"node\" or \"false\"");
    }

    @Test
    void a_container_without_the_token() {
      var pod = POLICIES.mutate(pod("plain"));
      var late = Pods.plus(pod, "containers", Map.of("name", "late", "image", "late:1"));

      assertThat(POLICIES.refusals(late)).singleElement().asString().contains("lacks the mount");
      assertThat(LENIENT.refusals(late)).singleElement().asString().contains("lacks the mount");
    }

    @Test
    void nothing_that_changes_later() {
      var pod = POLICIES.mutate(pod("plain"));

      assertThat(POLICIES.refusals(pod, Pods.with(pod, Map.of(), "metadata", "labels"))).isEmpty();
    }
  }

  @Nested
  final class Beside_sidecars_with_another_label {
    private static final String SIDECARS = "kms-sidecar/inject";
    private static final AdmissionPolicies BOTH = both();

    private static AdmissionPolicies both() {
      var chart = HelmChart.agent(HelmChart.NEW);
      return new AdmissionPolicies(
          Stream.of(chart.render(HelmChart.NODE), chart.render("label: " + SIDECARS))
              .flatMap(List::stream)
              .toList());
    }

    private static Map<String, Object> labelled(String pod, Map<String, String> labels) {
      return Pods.with(Pods.read(pod), labels, "metadata", "labels");
    }

    @Test
    void each_pod_gets_what_its_label_says() {
      var node = BOTH.mutate(pod("plain"));
      var sidecar = BOTH.mutate(labelled("plain", Map.of(SIDECARS, "true")));

      assertThat(node).isEqualTo(POLICIES.mutate(pod("plain")));
      assertThat(BOTH.refusals(node)).isEmpty();
      assertThat(Pods.strictly(sidecar).getSpec().getInitContainers()).hasSize(1);
      assertThat(BOTH.refusals(sidecar)).isEmpty();
    }

    @Test
    void a_pod_with_both_labels_is_refused() {
      var pod = labelled("no-role", Map.of(SIDECARS, "true", "kms-agent/inject", "node"));

      assertThat(BOTH.refusals(BOTH.mutate(pod))).isNotEmpty();
    }
  }

  @Nested
  final class Before_the_api_server_can_change_pods {
    private static final AdmissionPolicies OLD = policies(HelmChart.OLD, "{}");

    @Test
    void a_pod_without_the_entries_is_refused() {
      var pod = pod("plain");

      assertThat(OLD.mutate(pod)).isEqualTo(pod);
      assertThat(OLD.refusals(pod))
          .singleElement()
          .asString()
          .endsWith("before Kubernetes 1.36 the pod template has them");
    }

    @Test
    void the_template_of_the_page_is_taken_by_every_version() {
      var template =
          MarkdownPage.read(Clone.root().resolve("docs/node.md")).blocks().stream()
              .map(MarkdownPage.Block::text)
              .filter(it -> it.startsWith("```yaml") && it.contains("serviceAccountToken"))
              .map(it -> it.substring(it.indexOf('\n'), it.lastIndexOf("```")))
              .findFirst()
              .orElseThrow();
      var written = Yaml.parse(template).getFirst();
      var container = new HashMap<>(Pods.first(written, "containers"));
      container.put("image", "my-app:v1.0");
      var pod =
          Pods.with(
              Pods.with(pod("plain"), Pods.map(written, "spec"), "spec"),
              List.of(container),
              "spec",
              "containers");

      assertThat(Pods.map(Pods.map(written, "metadata"), "labels"))
          .containsEntry("kms-agent/inject", "node");
      assertThat(Pods.strictly(pod).getSpec().getVolumes())
          .isEqualTo(injected("plain").getVolumes());
      assertThat(OLD.refusals(pod)).isEmpty();
      assertThat(Pods.strictly(POLICIES.mutate(pod))).isEqualTo(Pods.strictly(pod));
      assertThat(POLICIES.refusals(pod)).isEmpty();
    }

    @Test
    void a_pod_with_the_entries_is_taken_by_every_version() {
      var pod = POLICIES.mutate(pod("plain"));

      assertThat(OLD.refusals(pod)).isEmpty();
      assertThat(POLICIES.mutate(pod)).isEqualTo(pod);
    }
  }
}
