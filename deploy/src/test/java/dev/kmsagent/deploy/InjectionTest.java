package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the policies of the chart make of pods: the agent added, left alone, or refused. */
final class InjectionTest {
  private static final String TOKEN = "file:///var/run/kmstoken/token";
  private static final AdmissionPolicies POLICIES = policies("");
  private static final AdmissionPolicies LENIENT =
      policies("{conflictPolicy: LeaveAlone, failurePolicy: Ignore}");

  private static AdmissionPolicies policies(String values) {
    return new AdmissionPolicies(HelmChart.agent(HelmChart.NEW).render(values));
  }

  private static Pod injected(Map<String, Object> pod) {
    return Pods.strictly(POLICIES.mutate(pod));
  }

  private static PodSpec injected(String name) {
    return injected(Pods.read(name)).getSpec();
  }

  private static Container agent(PodSpec pod) {
    return Manifests.container(pod, "kms-agent");
  }

  private static List<Container> applications(PodSpec pod) {
    return Manifests.containers(pod).filter(it -> !it.getName().equals("kms-agent")).toList();
  }

  private static boolean hasToken(Container container) {
    return container.getEnv().stream()
            .anyMatch(it -> it.getName().equals("KMS_TOKEN") && TOKEN.equals(it.getValue()))
        && container.getVolumeMounts().stream()
            .anyMatch(
                it ->
                    it.getName().equals("kms-agent-token")
                        && it.getMountPath().equals("/var/run/kmstoken")
                        && it.getReadOnly());
  }

  @Nested
  final class Adds_the_agent {
    static Stream<String> pods() {
      return Stream.of(
          "plain",
          "all-settings",
          "argo-workflow",
          "containers-by-annotation",
          "generate-name",
          "init-containers",
          "job",
          "knative",
          "mount-above",
          "no-service-account-token",
          "other-native-sidecar",
          "other-user-and-group",
          "pod-identity-webhook",
          "port-9090",
          "pull-secrets",
          "resources-of-the-pod",
          "same-variable-and-value",
          "several-containers",
          "sidecarset",
          "variable-reference");
    }

    @ParameterizedTest
    @MethodSource("pods")
    void first_among_the_init_containers_as_a_native_sidecar(String name) {
      var pod = injected(name);
      var agent = pod.getInitContainers().getFirst();

      assertThat(agent.getName()).isEqualTo("kms-agent");
      assertThat(agent.getRestartPolicy()).isEqualTo("Always");
      assertThat(agent.getStartupProbe().getHttpGet().getPath()).isEqualTo("/ping");
      assertThat(agent.getReadinessProbe().getHttpGet().getPath()).isEqualTo("/readyz");
      assertThat(Hardening.broken(agent)).isEmpty();
      assertThat(Manifests.containers(pod).map(Container::getName)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("pods")
    void with_volumes_for_all_that_is_mounted(String name) {
      var pod = injected(name);
      var names = pod.getVolumes().stream().map(Volume::getName).toList();

      assertThat(names).contains("kms-agent-token", "kms-agent-identity").doesNotHaveDuplicates();
      assertThat(Manifests.containers(pod).flatMap(it -> it.getVolumeMounts().stream()))
          .allMatch(it -> names.contains(it.getName()));
      assertThat(agent(pod).getVolumeMounts())
          .extracting(it -> it.getName() + " " + it.getMountPath())
          .containsExactly(
              "kms-agent-token /var/run/kmstoken", "kms-agent-identity /var/run/secrets/kms-agent");
      assertThat(pod.getVolumes())
          .filteredOn(it -> it.getName().equals("kms-agent-token"))
          .singleElement()
          .matches(it -> it.getEmptyDir().getMedium().equals("Memory"));
    }

    @ParameterizedTest
    @MethodSource("pods")
    void without_taking_anything_away(String name) {
      var before = Pods.strictly(Pods.read(name)).getSpec();
      var after = injected(name);

      assertThat(after.getVolumes()).containsAll(before.getVolumes());
      assertThat(after.getImagePullSecrets()).containsAll(before.getImagePullSecrets());
      assertThat(applications(after).stream().map(InjectionTest::withoutToken))
          .containsExactlyElementsOf(
              Manifests.containers(before).map(InjectionTest::withoutToken).toList());
    }

    @ParameterizedTest
    @MethodSource("pods")
    void once_and_no_more(String name) {
      var once = POLICIES.mutate(Pods.read(name));

      assertThat(POLICIES.mutate(once)).isEqualTo(once);
      assertThat(POLICIES.refusals(once)).isEmpty();
    }

    /** So no text of a pod is in its command, or in a variable that is not a reference. */
    @ParameterizedTest
    @MethodSource("pods")
    void which_is_the_same_for_all_pods(String name) {
      assertThat(agent(injected(name))).isEqualTo(agent(injected("plain")));
    }

    @Test
    void with_token_and_variable_in_every_container() {
      assertThat(applications(injected("several-containers"))).allMatch(InjectionTest::hasToken);
      assertThat(applications(injected("init-containers")))
          .hasSize(3)
          .allMatch(InjectionTest::hasToken);
      assertThat(applications(injected("same-variable-and-value")).getFirst().getEnv()).hasSize(1);
    }

    @Test
    void with_a_variable_that_others_can_refer_to() {
      var env = applications(injected("variable-reference")).getFirst().getEnv();

      assertThat(env).extracting(EnvVar::getName).containsExactly("KMS_TOKEN", "TOKEN_PATH");
    }

    @Test
    void with_token_and_variable_in_the_named_containers_alone() {
      assertThat(applications(injected("containers-by-annotation")))
          .filteredOn(InjectionTest::hasToken)
          .extracting(Container::getName)
          .containsExactly("app", "worker");
      assertThat(Manifests.container(injected("containers-by-annotation"), "istio-proxy"))
          .matches(it -> it.getEnv().isEmpty() && it.getVolumeMounts().isEmpty());
    }

    @Test
    void and_the_secrets_for_its_registry() {
      var policies = policies("image: {pullSecrets: [shop, acr]}");

      assertThat(pullSecrets(policies, "plain")).containsExactly("shop", "acr");
      assertThat(pullSecrets(policies, "pull-secrets")).containsExactly("shop", "acr");
    }

    private static List<String> pullSecrets(AdmissionPolicies policies, String name) {
      return Pods.strictly(policies.mutate(Pods.read(name)))
          .getSpec()
          .getImagePullSecrets()
          .stream()
          .map(it -> it.getName())
          .toList();
    }

    @Test
    void to_containers_that_a_later_webhook_adds() {
      var once = POLICIES.mutate(Pods.read("plain"));
      var late = Pods.plus(once, "containers", Map.of("name", "late", "image", "late:1"));
      var pod = injected(late).getSpec();

      assertThat(applications(pod)).hasSize(2).allMatch(InjectionTest::hasToken);
      assertThat(POLICIES.refusals(POLICIES.mutate(late))).isEmpty();
    }

    @Test
    void to_twenty_containers() {
      var pod = Pods.read("plain");
      for (var number : IntStream.range(0, 20).toArray()) {
        pod = Pods.plus(pod, "containers", Map.of("name", "c" + number, "image", "c:1"));
      }

      assertThat(applications(injected(pod).getSpec()))
          .hasSize(21)
          .allMatch(InjectionTest::hasToken);
    }
  }

  /** A container as it was: without what is added to it. */
  private static Container withoutToken(Container container) {
    Predicate<EnvVar> variable = it -> it.getName().equals("KMS_TOKEN");
    var env = new ArrayList<>(container.getEnv());
    env.removeIf(variable);
    container.setEnv(env);
    var mounts = new ArrayList<>(container.getVolumeMounts());
    mounts.removeIf(it -> it.getName().equals("kms-agent-token"));
    container.setVolumeMounts(mounts);
    return container;
  }

  @Nested
  final class Leaves_alone {
    @ParameterizedTest
    @ValueSource(
        strings = {
          "agent-as-container",
          "agent-by-hand",
          "label-false",
          "mirror",
          "not-labelled",
        })
    void what_has_an_agent_or_asks_for_none(String name) {
      var pod = Pods.read(name);

      assertThat(POLICIES.mutate(pod)).isEqualTo(pod);
      assertThat(POLICIES.refusals(pod)).isEmpty();
    }
  }

  /** As the page on injection says: it gets no more than its service account has. */
  @Test
  void an_init_container_with_the_name_and_the_variable_of_the_agent_is_taken_for_it() {
    var pod = POLICIES.mutate(Pods.read("own-agent-of-our-name"));

    assertThat(agent(Pods.strictly(pod).getSpec()).getImage()).isEqualTo("shop/mine:1");
    assertThat(applications(Pods.strictly(pod).getSpec())).allMatch(InjectionTest::hasToken);
    assertThat(POLICIES.refusals(pod)).isEmpty();
  }

  @Nested
  final class Refuses {
    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            own-volume                | volume kms-agent-token is not the one of the KMS agent
            own-identity-volume       | volume kms-agent-identity is not the one of the KMS agent
            own-mount                 | container app has another mount at /var/run/kmstoken
            own-mount-within          | container app has another mount at /var/run/kmstoken
            own-variable              | container app has another variable KMS_TOKEN
            own-variable-of-a-secret  | container app has another variable KMS_TOKEN
            token-for-writing         | container app mounts the identity, or the token to write
            token-for-writing-elsewhere | container app mounts the identity, or the token to write
            second-mount-of-the-identity | container app mounts the identity, or the token to write
            own-port                  | container app has port 2025 or 12025
            own-port-of-a-sidecar     | container proxy has port 2025 or 12025
            host-network              | with hostNetwork the agent's ports would be the node's
            windows                   | the agent runs on Linux
            windows-by-node-selector  | the agent runs on Linux
            vendors-injector          | annotation kms-agent-webhook-injector/inject asks for another agent
            """)
    void what_is_in_the_way_or_leaves_it_alone_as_a_value_says(String name, String reason) {
      var pod = Pods.read(name);

      assertThat(POLICIES.refusals(POLICIES.mutate(pod)))
          .containsExactly("the KMS agent cannot be added: " + reason);
      assertThat(LENIENT.mutate(pod)).isEqualTo(pod);
      assertThat(LENIENT.refusals(pod)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            no-role                    | annotation kms-agent/role is missing
            role-of-another-account    | annotation kms-agent/role must be
            role-with-a-command        | annotation kms-agent/role must be
            role-with-a-line           | annotation kms-agent/role must be
            role-with-a-final-newline  | annotation kms-agent/role must be
            role-too-long              | annotation kms-agent/role must be
            region-with-a-host         | annotation kms-agent/region must be
            prefetch-with-a-reference  | annotation kms-agent/prefetch must be
            prefetch-with-an-expansion | annotation kms-agent/prefetch must be
            containers-hostile         | annotation kms-agent/containers must be
            containers-empty           | annotation kms-agent/containers must be
            containers-unknown         | annotation kms-agent/containers names a container that is not there
            containers-the-agent       | annotation kms-agent/containers names a container that is not there
            dialect-unknown            | annotation kms-agent/dialect must be
            annotation-unknown         | there is no annotation kms-agent/image
            """)
    void settings_that_do_not_fit_their_pattern(String name, String reason) {
      var pod = Pods.read(name);

      for (var policies : List.of(POLICIES, LENIENT)) {
        assertThat(policies.refusals(policies.mutate(pod)))
            .singleElement()
            .asString()
            .startsWith("settings of the KMS agent: ")
            .contains(reason);
      }
    }

    @ParameterizedTest
    @CsvSource({"true, 1", "True, 1", "'', 1", "false, 0"})
    void a_pod_for_the_vendors_injector_unless_it_declines(String value, int refusals) {
      var pod =
          Pods.with(
              Pods.read("plain"),
              Map.of("kms-agent/role", "orders-role", "kms-agent-webhook-injector/inject", value),
              "metadata",
              "annotations");

      assertThat(POLICIES.refusals(POLICIES.mutate(pod)))
          .filteredOn(it -> it.contains("asks for another agent"))
          .hasSize(refusals);
    }

    @Test
    void a_conflict_that_a_later_webhook_adds_whatever_the_policy() {
      var late =
          Map.of("name", "late", "image", "l:1", "ports", List.of(Map.of("containerPort", 2025)));
      var pod = Pods.plus(LENIENT.mutate(Pods.read("plain")), "containers", late);

      assertThat(LENIENT.refusals(LENIENT.mutate(pod)))
          .containsExactly("the KMS agent cannot be added: container late has port 2025 or 12025");
    }

    private static Map<String, Object> mounting(String name, Map<String, String> mount) {
      var pod = Pods.read(name);
      var container = new HashMap<>(Pods.first(pod, "containers"));
      container.put("volumeMounts", List.of(mount));
      return Pods.with(pod, List.of(container), "spec", "containers");
    }

    private static Map<String, Object> mount(String path) {
      return mounting("own-mount", Map.of("name", "mine", "mountPath", path));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "/var/run/kmstoken",
          "/var/run/kmstoken/",
          "/var/run/kmstoken/token",
          "/run/kmstoken",
          "/run/kmstoken/token",
        })
    void a_mount_where_the_token_is_also_by_the_link_of_most_images(String path) {
      assertThat(POLICIES.refusals(POLICIES.mutate(mount(path))))
          .containsExactly(
              "the KMS agent cannot be added: container app has another mount at"
                  + " /var/run/kmstoken");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "/",
          "/var/run",
          "/run/kmstoken2",
          "/data/run/kmstoken",
          "/opt/../srv",
          "/kmstoken"
        })
    void no_mount_elsewhere(String path) {
      assertThat(POLICIES.refusals(POLICIES.mutate(mount(path)))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/var/run/kmstoken/", "/var/run/kmstoken/x", "/run/kmstoken"})
    void a_mount_of_the_tokens_volume_where_the_token_is_not(String path) {
      var mount = Map.of("name", "kms-agent-token", "mountPath", path);

      assertThat(POLICIES.refusals(mounting("sidecarset", mount)))
          .anyMatch(it -> it.contains("has another mount at /var/run/kmstoken"));
    }

    @Test
    void names_to_prefetch_that_are_too_long_together() {
      var pod =
          Pods.with(
              Pods.read("plain"),
              Map.of("kms-agent/role", "orders", "kms-agent/prefetch", "a".repeat(2001)),
              "metadata",
              "annotations");

      assertThat(POLICIES.refusals(pod))
          .anyMatch(it -> it.contains("annotation kms-agent/prefetch must be"));
    }

    @Test
    void a_label_that_is_neither_true_nor_false() {
      var pod =
          Pods.with(Pods.read("plain"), Map.of("kms-agent/inject", "yes"), "metadata", "labels");

      assertThat(POLICIES.refusals(pod))
          .first()
          .isEqualTo("label kms-agent/inject must be \"true\" or \"false\"");
    }

    @Test
    void a_pod_that_is_labelled_and_not_injected() {
      assertThat(POLICIES.refusals(Pods.read("plain")))
          .containsExactly(
              "the pod is labelled kms-agent/inject but has no KMS agent: see the"
                  + " MutatingAdmissionPolicy kms-agent");
    }

    @Test
    void a_sidecar_that_another_webhook_made_an_ordinary_init_container() {
      var pod = POLICIES.mutate(Pods.read("plain"));
      var agent = new HashMap<>(Pods.first(pod, "initContainers"));
      agent.remove("restartPolicy");
      var stripped = Pods.with(pod, List.of(agent), "spec", "initContainers");

      assertThat(POLICIES.refusals(stripped)).singleElement().asString().contains("restartPolicy");
    }

    @Test
    void a_token_that_is_not_in_memory() {
      var pod = POLICIES.mutate(Pods.read("plain"));
      var disk = List.of(Map.of("name", "kms-agent-token", "hostPath", Map.of("path", "/tmp")));

      assertThat(POLICIES.refusals(Pods.with(pod, disk, "spec", "volumes")))
          .singleElement()
          .asString()
          .endsWith("volume kms-agent-token is not the one of the KMS agent");
    }

    @Test
    void a_container_without_the_token() {
      var pod = POLICIES.mutate(Pods.read("plain"));
      var late = Pods.plus(pod, "containers", Map.of("name", "late", "image", "late:1"));

      assertThat(POLICIES.refusals(late)).singleElement().asString().contains("lacks the mount");
    }

    @Test
    void a_change_of_what_a_running_pod_was_checked_for() {
      var pod = POLICIES.mutate(Pods.read("all-settings"));
      var metadata = Pods.map(pod, "metadata");
      var annotations = new HashMap<>(Pods.map(metadata, "annotations"));
      Map<String, Object> changed =
          Map.of("kms-agent/role", "acs:ram::9999999999999999:role/admin");
      var more = new HashMap<>(annotations);
      more.put("kms-agent/image", "evil");
      var other = new HashMap<>(annotations);
      other.put("team", "shop");

      assertThat(update(pod, changed))
          .singleElement()
          .asString()
          .contains("annotations kms-agent/");
      assertThat(update(pod, more)).singleElement().asString().contains("annotations kms-agent/");
      assertThat(update(pod, other)).isEmpty();
      assertThat(POLICIES.refusals(pod, Pods.with(pod, Map.of(), "metadata", "labels")))
          .containsExactly("label kms-agent/inject of a running pod cannot change");
    }

    private static List<String> update(Map<String, Object> pod, Map<String, Object> annotations) {
      return POLICIES.refusals(pod, Pods.with(pod, annotations, "metadata", "annotations"));
    }
  }

  @Nested
  final class With_a_pattern_for_roles {
    private static final AdmissionPolicies PATTERN = policies("identity: {mode: Pattern}");

    private static Map<String, Object> pod(String namespace, String serviceAccount) {
      var pod = Pods.with(Pods.read("no-role"), namespace, "metadata", "namespace");
      return Pods.with(pod, serviceAccount, "spec", "serviceAccountName");
    }

    /** The kubelet expands the references. */
    private static String role(String namespace, String serviceAccount) {
      var agent = agent(Pods.strictly(PATTERN.mutate(pod(namespace, serviceAccount))).getSpec());
      return agent.getEnv().stream()
          .filter(it -> it.getName().equals("KMS_INJECTED_ROLE"))
          .map(EnvVar::getValue)
          .map(it -> it.replace("$(KMS_INJECTED_NAMESPACE)", namespace))
          .map(it -> it.replace("$(KMS_INJECTED_SERVICE_ACCOUNT)", serviceAccount))
          .findFirst()
          .orElseThrow();
    }

    @Test
    void no_two_service_accounts_have_the_same_role() {
      assertThat(role("a-b", "c")).isEqualTo("kms.a-b.c").isNotEqualTo(role("a", "b-c"));
    }

    @Test
    void a_name_of_more_than_64_characters_is_refused() {
      var fits = pod("n".repeat(40), "s".repeat(19));
      var longer = pod("n".repeat(40), "s".repeat(20));

      assertThat(PATTERN.refusals(PATTERN.mutate(fits))).isEmpty();
      assertThat(PATTERN.refusals(PATTERN.mutate(longer)))
          .anyMatch(it -> it.contains("longer than 64 characters"));
    }

    @Test
    void a_pod_does_not_choose_its_role() {
      assertThat(PATTERN.refusals(Pods.read("plain")))
          .anyMatch(it -> it.contains("kms-agent/role: pods do not choose their role"));
    }
  }

  @Test
  void every_pod_of_the_corpus_is_used_and_is_one_of_the_api() {
    assertThat(Pods.names().map(Pods::read).map(Pods::strictly)).hasSizeGreaterThan(40);
  }
}
