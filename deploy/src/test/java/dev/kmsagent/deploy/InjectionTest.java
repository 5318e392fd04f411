package dev.kmsagent.deploy;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the policies of the chart make of pods: given the agent, left alone, or refused. */
final class InjectionTest {
  private static final String LENIENT = "{conflictPolicy: LeaveAlone, failurePolicy: Ignore}";
  private static final Set<String> VARIABLES = Set.of("KMS_TOKEN", "KMS_URL");
  private static final List<Map<String, Object>> SIDECARSET =
      HelmChart.agent(HelmChart.OLD).render("{}");
  private static final List<Map<String, Object>> SIDECARSET_OF_FILES =
      HelmChart.agent(HelmChart.OLD).render("files: true");

  private static AdmissionPolicies policies(String... values) {
    return new AdmissionPolicies(HelmChart.agent(HelmChart.NEW).render(values));
  }

  /** From whom a pod gets its secrets: an agent that is added to it, or the one of its node. */
  @SuppressWarnings("ImmutableEnumChecker") // policies do not change once they are compiled
  enum Way {
    SIDECAR("{}", "added", "KMS_TOKEN=file:///var/run/kmstoken/token"),
    NODE(
        HelmChart.NODE,
        "used",
        "KMS_TOKEN=file:///var/run/kmstoken/token",
        "KMS_URL=http://kms-agent.kms-agent.svc.cluster.local.:2025");

    private final AdmissionPolicies strict;
    private final AdmissionPolicies lenient;
    private final String conflict;
    private final List<String> variables;

    Way(String mode, String verb, String... variables) {
      strict = policies(mode);
      lenient = policies(mode, LENIENT);
      conflict = "the KMS agent cannot be " + verb + ": ";
      this.variables = List.of(variables);
    }

    /** One of the usual pods, or the plain one with a patch. */
    Map<String, Object> pod(String name) {
      var isPatch = name.startsWith("{");
      var pod = Pods.read(isPatch ? "plain" : name);
      if (this == NODE) {
        var label = Pods.map(Pods.map(pod, "metadata"), "labels").get("kms-agent/inject");
        pod = Pods.patched(pod, "metadata: {annotations: {kms-agent/role: null}}");
        pod = "true".equals(label) ? Pods.patched(pod, label("node")) : pod;
      }
      return isPatch ? Pods.patched(pod, name) : pod;
    }

    List<Container> applications(Map<String, Object> pod) {
      return Manifests.containers(Pods.strictly(pod).getSpec())
          .filter(it -> this == NODE || !it.getName().equals("kms-agent"))
          .toList();
    }

    /** Read-only, with the agent's own folder in it. */
    private static boolean hasFiles(Container container) {
      return container.getVolumeMounts().stream()
          .filter(it -> it.getName().equals("kms-agent-files") && it.getReadOnly())
          .anyMatch(it -> it.getMountPath().equals("/var/run/kms-agent"));
    }

    boolean hasToken(Container container) {
      var env = container.getEnv().stream().map(it -> it.getName() + "=" + it.getValue()).toList();
      return env.containsAll(variables)
          && container.getVolumeMounts().stream()
              .filter(it -> it.getName().equals("kms-agent-token") && it.getReadOnly())
              .anyMatch(it -> it.getMountPath().equals("/var/run/kmstoken"));
    }

    void verify(String name, String outcome) {
      var pod = pod(name);
      var made = strict.mutate(pod);
      var reason = outcome.substring(outcome.indexOf(' ') + 1);
      switch (outcome.split(" ", -1)[0]) {
        case "given" -> {
          assertThat(strict.refusals(made)).isEmpty();
          assertThat(strict.mutateAgain(made)).isEqualTo(made);
          verifyGiven(pod, made);
        }
        case "alone" -> {
          assertThat(made).isEqualTo(pod);
          assertThat(strict.refusals(pod)).isEmpty();
        }
        case "conflict" -> {
          assertThat(strict.refusals(made)).containsExactly(conflict + reason);
          assertThat(List.of(made, lenient.mutate(pod))).containsOnly(pod);
          assertThat(lenient.refusals(pod))
              .containsExactly("the KMS agent leaves the pod alone: " + reason);
        }
        case "setting" -> {
          for (var policies : List.of(strict, lenient)) {
            assertThat(policies.refusals(policies.mutate(pod)))
                .singleElement()
                .asString()
                .startsWith("settings of the KMS agent: ")
                .contains(reason);
          }
        }
        case "release" -> {
          assertThat(made).isEqualTo(pod);
          assertThat(List.of(strict.refusals(made), lenient.refusals(made)))
              .containsOnly(List.of(reason));
        }
        case "label" -> assertThat(strict.refusals(made)).first().asString().startsWith(outcome);
        default -> throw new IllegalArgumentException(outcome);
      }
    }

    /** Whole, once, where it was asked for, and with nothing taken away. */
    private void verifyGiven(Map<String, Object> pod, Map<String, Object> made) {
      var before = Pods.strictly(pod).getSpec();
      var after = Pods.strictly(made).getSpec();
      var annotations = Pods.map(Pods.map(pod, "metadata"), "annotations");
      var withFiles = annotations.containsKey("kms-agent/files");
      var sidecarSet = withFiles ? SIDECARSET_OF_FILES : SIDECARSET;
      assertThat(after.getVolumes())
          .containsAll(before.getVolumes())
          .containsAll(added(sidecarSet));
      assertThat(after.getVolumes()).extracting(Volume::getName).doesNotHaveDuplicates();
      assertThat(after.getImagePullSecrets()).containsAll(before.getImagePullSecrets());
      if (this == SIDECAR) {
        assertThat(after.getInitContainers().getFirst()).isEqualTo(HelmChart.sidecar(sidecarSet));
      }
      var chosen = String.valueOf(annotations.getOrDefault("kms-agent/containers", "")).split(",");
      var isForAll = !annotations.containsKey("kms-agent/containers");
      for (var it : applications(made)) {
        var isChosen = isForAll || List.of(chosen).contains(it.getName());
        assertThat(hasToken(it)).isEqualTo(isChosen);
        assertThat(hasFiles(it)).isEqualTo(isChosen && withFiles);
        assertThat(it.getEnv()).extracting(EnvVar::getName).doesNotHaveDuplicates();
      }
      assertThat(applications(made).stream().map(InjectionTest::withoutToken))
          .containsExactlyElementsOf(
              Manifests.containers(before).map(InjectionTest::withoutToken).toList());
    }

    /** Both ways of sidecars add the same. */
    private List<Volume> added(List<Map<String, Object>> sidecarSet) {
      return this == SIDECAR
          ? HelmChart.volumesOfSidecar(sidecarSet)
          : Pods.strictly(strict.mutate(pod("plain"))).getSpec().getVolumes();
    }
  }

  private static String label(String value) {
    return "metadata: {labels: {kms-agent/inject: '" + value + "'}}";
  }

  /** A container as it was: without what is added to it. */
  private static Container withoutToken(Container container) {
    var env = new ArrayList<>(container.getEnv());
    env.removeIf(it -> VARIABLES.contains(it.getName()));
    container.setEnv(env);
    var mounts = new ArrayList<>(container.getVolumeMounts());
    mounts.removeIf(it -> Set.of("kms-agent-token", "kms-agent-files").contains(it.getName()));
    container.setVolumeMounts(mounts);
    return container;
  }

  /** A conflict refuses the pod, or leaves it alone, as a value says; a setting always refuses. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          plain                       | given | given
          all-settings                | given | setting there is no annotation kms-agent/dialect
          argo-workflow               | given | given
          containers-by-annotation    | given | given
          files                       | given | setting there is no annotation kms-agent/files: only a sidecar makes files
          files-beside-a-proxy        | given | setting there is no annotation kms-agent/files
          generate-name               | given | given
          host-network                | conflict with hostNetwork the agent's ports would be the node's | given
          init-containers             | given | given
          job                         | given | given
          knative                     | given | given
          mount-above                 | given | given
          no-service-account-token    | given | given
          other-native-sidecar        | given | given
          other-user-and-group        | given | given
          own-url                     | given | conflict container app has another variable KMS_URL
          pod-identity-webhook        | given | given
          port-9090                   | given | given
          pull-secrets                | given | given
          resources-of-the-pod        | given | given
          same-variable-and-value     | given | given
          several-containers          | given | given
          sidecarset                  | given | conflict volume kms-agent-token is not the one of the KMS agent
          variable-reference          | given | given
          agent-as-container          | alone | alone
          agent-by-hand               | alone | alone
          label-false                 | alone | alone
          mirror                      | alone | alone
          not-labelled                | alone | alone
          own-volume                  | conflict volume kms-agent-token is not the one of the KMS agent | same
          own-identity-volume         | conflict volume kms-agent-identity is not the one of the KMS agent | given
          token-of-another-audience   | conflict volume kms-agent-token is not the one of the KMS agent | same
          token-at-another-path       | conflict volume kms-agent-token is not the one of the KMS agent | same
          own-mount                   | conflict container app has another mount at /var/run/kmstoken | same
          own-mount-within            | conflict container app has another mount at /var/run/kmstoken | same
          own-variable                | conflict container app has another variable KMS_TOKEN | same
          own-variable-of-a-secret    | conflict container app has another variable KMS_TOKEN | same
          token-for-writing           | conflict container app mounts the identity, the cache or a key, or the token, the files or the audit to write | -
          token-for-writing-elsewhere | conflict container app mounts the identity, the cache or a key, or the token, the files or the audit to write | -
          second-mount-of-the-identity | conflict container app mounts the identity, the cache or a key, or the token, the files or the audit to write | -
          own-files-volume            | conflict volume kms-agent-files is not the one of the KMS agent | given
          own-files-mount             | conflict container app has another mount at /var/run/kms-agent | -
          files-for-writing           | conflict container app mounts the identity, the cache or a key, or the token, the files or the audit to write | -
          {spec: {volumes: [{name: kms-agent-cache, hostPath: {path: /a}}]}}      | conflict volume kms-agent-cache is not the one of the KMS agent | given
          {spec: {volumes: [{name: kms-agent-key, emptyDir: {}}]}}                | conflict volume kms-agent-key is not the one of the KMS agent | given
          mount-of-the-cache          | conflict container app mounts the identity, the cache or a key, or the token, the files or the audit to write | given
          mount-of-its-key            | conflict container app mounts the identity, the cache or a key, or the token, the files or the audit to write | given
          {spec: {volumes: [{name: kms-agent-audit, emptyDir: {medium: Memory}}]}} | conflict volume kms-agent-audit is not the one of the KMS agent | given
          {spec: {volumes: [{name: kms-agent-audit, hostPath: {path: /a}}]}}      | conflict volume kms-agent-audit is not the one of the KMS agent | given
          audit-for-writing           | conflict container app mounts the identity, the cache or a key, or the token, the files or the audit to write | given
          mount-of-the-audit-key      | conflict container app mounts the identity, the cache or a key, or the token, the files or the audit to write | given
          audit-for-reading           | given | given
          own-port                    | conflict container app has port 2025 or 12025 | given
          own-port-of-a-sidecar       | conflict container proxy has port 2025 or 12025 | given
          windows                     | conflict the agent runs on Linux | same
          windows-by-node-selector    | conflict the agent runs on Linux | same
          vendors-injector            | conflict annotation kms-agent-webhook-injector/inject asks for another agent | same
          {metadata: {annotations: {kms-agent-webhook-injector/inject: 'True'}}}  | conflict annotation kms-agent-webhook-injector/inject asks for another agent | same
          {metadata: {annotations: {kms-agent-webhook-injector/inject: ''}}}      | conflict annotation kms-agent-webhook-injector/inject asks for another agent | same
          {metadata: {annotations: {kms-agent-webhook-injector/inject: 'false'}}} | given | given
          {metadata: {labels: {alibabacloud.com/eci: 'true'}}}                    | given | conflict there is no agent on a virtual node
          {metadata: {labels: {alibabacloud.com/acs: 'true'}}}                    | given | conflict there is no agent on a virtual node
          {metadata: {annotations: {kms-agent/role: orders}}}                     | given | setting there is no annotation kms-agent/role: a request names its role
          no-role                     | setting annotation kms-agent/role is missing | given
          role-of-another-account     | setting annotation kms-agent/role must be | -
          role-with-a-command         | setting annotation kms-agent/role must be | -
          role-with-a-line            | setting annotation kms-agent/role must be | -
          role-with-a-final-newline   | setting annotation kms-agent/role must be | -
          role-too-long               | setting annotation kms-agent/role must be | -
          region-with-a-host          | setting annotation kms-agent/region must be | setting there is no annotation kms-agent/region
          prefetch-with-a-reference   | setting annotation kms-agent/prefetch must be | setting there is no annotation kms-agent/prefetch
          prefetch-with-an-expansion  | setting annotation kms-agent/prefetch must be | setting there is no annotation kms-agent/prefetch
          containers-hostile          | setting annotation kms-agent/containers must be | setting annotation kms-agent/containers names a container that is not there
          containers-empty            | setting annotation kms-agent/containers must be | setting annotation kms-agent/containers names a container that is not there
          containers-unknown          | setting annotation kms-agent/containers names a container that is not there | same
          containers-the-agent        | setting annotation kms-agent/containers names a container that is not there | same
          dialect-unknown             | setting annotation kms-agent/dialect must be | setting there is no annotation kms-agent/dialect
          files-empty                 | setting annotation kms-agent/files must be the TOML of Files.Entries, of at most 16000 characters | -
          annotation-unknown          | setting there is no annotation kms-agent/image | same
          {metadata: {labels: {kms-agent/inject: 'yes'}}}  | label kms-agent/inject must be "true", "node" or "false" | same
          {metadata: {labels: {kms-agent/inject: 'node'}}} | release kms-agent-label-node-needs-a-release-with-mode-node | given
          {metadata: {labels: {kms-agent/inject: 'true'}}} | given | release kms-agent-label-true-needs-a-release-of-sidecars
          {metadata: {labels: {kms-agent/inject: 'Node'}}} | label kms-agent/inject must be "true", "node" or "false" | same
          {metadata: {labels: {kms-agent/inject: ''}}}     | label kms-agent/inject must be "true", "node" or "false" | same
          """)
  void a_pod_is_given_the_agent_or_left_alone_or_refused(String pod, String sidecar, String node) {
    Way.SIDECAR.verify(pod, sidecar);
    if (!node.equals("-")) {
      Way.NODE.verify(pod, node.equals("same") ? sidecar : node);
    }
  }

  @Test
  void every_pod_is_one_of_the_api() {
    assertThat(Pods.names().map(Pods::read).map(Pods::strictly)).hasSizeGreaterThan(40);
  }

  @ParameterizedTest
  @EnumSource
  void variables_are_added_before_those_that_can_refer_to_them(Way way) {
    var made = way.applications(way.strict.mutate(way.pod("variable-reference")));

    assertThat(made.getFirst().getEnv()).extracting(EnvVar::getName).endsWith("TOKEN_PATH");
  }

  @ParameterizedTest
  @EnumSource
  void containers_that_a_later_webhook_adds_get_the_token_or_are_refused(Way way) {
    var late = way.strict.mutate(way.pod("plain"));
    for (var number = 0; number < 12; number++) {
      late = Pods.plus(late, "{name: late-" + number + ", image: 'late:1'}");
    }
    for (var policies : List.of(way.strict, way.lenient)) {
      assertThat(policies.refusals(late)).singleElement().asString().contains("lacks the mount");
    }

    var again = way.strict.mutateAgain(late);
    assertThat(way.strict.refusals(again)).isEmpty();
    assertThat(way.applications(again)).hasSize(13).allMatch(way::hasToken);
  }

  @Test
  void a_conflict_that_a_later_webhook_adds_is_refused_whatever_the_policy() {
    var policies = Way.SIDECAR.lenient;
    var container = "{name: late, image: 'l:1', ports: [{containerPort: 2025}]}";
    var late = Pods.plus(policies.mutate(Pods.read("plain")), container);

    assertThat(policies.refusals(policies.mutateAgain(late)))
        .containsExactly("the KMS agent cannot be added: container late has port 2025 or 12025");
  }

  /** The second path is the first by a link of most images. */
  @ParameterizedTest
  @CsvSource({
    "mine, /var/run/kmstoken, 1",
    "mine, /var/run/kmstoken/token, 1",
    "mine, /run/kmstoken/token, 1",
    "kms-agent-token, /run/kmstoken, 1",
    "kms-agent-token, /var/run/kmstoken/x, 1",
    "mine, /, 0",
    "mine, /var/run, 0",
    "mine, /run/kmstoken2, 0",
    "mine, /data/run/kmstoken, 0",
    "mine, /opt/../srv, 0",
    "mine, /kmstoken, 0",
  })
  void a_mount_where_the_token_is(String volume, String path, int refusals) {
    var mount = "{name: '" + volume + "', mountPath: '" + path + "'}";
    var container =
        "spec: {containers: [{name: app, image: 'a:1', volumeMounts: [" + mount + "]}]}";
    var pod = Way.SIDECAR.strict.mutate(Pods.patched(Pods.read("own-mount"), container));

    assertThat(Way.SIDECAR.strict.refusals(pod))
        .hasSize(refusals)
        .allMatch(it -> it.contains("container app has another mount at /var/run/kmstoken"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          spec: {initContainers: null} | no KMS agent: see the MutatingAdmissionPolicy kms-agent
          spec: {initContainers: [{name: kms-agent, env: [{name: KMS_INJECTED}]}]} | restartPolicy
          spec: {volumes: [{name: kms-agent-token, hostPath: {path: /tmp}}]} | is not the one of
          metadata: {annotations: {kms-agent/prefetch: LONG}} | annotation kms-agent/prefetch must be
          """)
  void a_pod_that_another_webhook_changed_is_refused(String patch, String reason) {
    var pod = Way.SIDECAR.strict.mutate(Pods.read("plain"));
    var changed = Pods.patched(pod, patch.replace("LONG", "a".repeat(2001)));

    assertThat(Way.SIDECAR.strict.refusals(changed)).singleElement().asString().contains(reason);
  }

  @ParameterizedTest
  @CsvSource({"16000, 0", "16001, 1"})
  void a_pod_may_have_16000_characters_of_files(int length, int refusals) {
    var files = "metadata: {annotations: {kms-agent/files: '" + "a".repeat(length) + "'}}";
    var pod = Way.SIDECAR.strict.mutate(Pods.patched(Pods.read("plain"), files));

    assertThat(Way.SIDECAR.strict.refusals(pod))
        .hasSize(refusals)
        .allMatch(it -> it.endsWith("of at most 16000 characters"));
  }

  @Test
  void a_pod_whose_annotation_for_files_came_after_the_agent_is_refused() {
    var pod = Way.SIDECAR.strict.mutate(Pods.read("plain"));
    var late = Pods.merged(pod, Map.of("metadata", Pods.map(Pods.read("files"), "metadata")));

    assertThat(Way.SIDECAR.strict.refusals(Way.SIDECAR.strict.mutateAgain(late)))
        .containsExactly(
            "a container lacks the mount /var/run/kms-agent of volume kms-agent-files");
  }

  /** As the page on injection says: it gets no more than its service account has. */
  @Test
  void an_init_container_with_the_name_and_the_variable_of_the_agent_is_taken_for_it() {
    var pod = Way.SIDECAR.strict.mutate(Pods.read("own-agent-of-our-name"));

    assertThat(Manifests.container(Pods.strictly(pod).getSpec(), "kms-agent").getImage())
        .isEqualTo("shop/mine:1");
    assertThat(Way.SIDECAR.applications(pod)).allMatch(Way.SIDECAR::hasToken);
    assertThat(Way.SIDECAR.strict.refusals(pod)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {annotations: {kms-agent/role: 'acs:ram::9:role/admin'}} | annotations kms-agent/
          {annotations: {kms-agent/role: null}}                    | annotations kms-agent/
          {annotations: {kms-agent/image: evil}}                   | annotations kms-agent/
          {labels: null} | label kms-agent/inject of a running pod cannot change
          """)
  void what_a_running_pod_was_checked_for_cannot_change(String change, String reason) {
    var pod = Way.SIDECAR.strict.mutate(Pods.read("all-settings"));
    var changed = Pods.patched(pod, "metadata: " + change);

    for (var resource : List.of("pods", "pods/status")) {
      assertThat(Way.SIDECAR.strict.refusals(resource, pod, changed))
          .singleElement()
          .asString()
          .contains(reason);
    }
  }

  @Test
  void other_annotations_of_a_running_pod_can_change_and_all_of_one_without_a_sidecar() {
    var pod = Way.SIDECAR.strict.mutate(Pods.read("all-settings"));
    var other = Pods.patched(pod, "metadata: {annotations: {team: shop}}");
    var onNode = Way.NODE.strict.mutate(Way.NODE.pod("plain"));
    var unlabelled = Pods.patched(onNode, "metadata: {labels: null}");

    assertThat(Way.SIDECAR.strict.refusals("pods", pod, other)).isEmpty();
    assertThat(Way.NODE.strict.refusals("pods", onNode, unlabelled)).isEmpty();
  }

  @Test
  void a_pod_with_a_volume_in_the_place_of_the_gateways_authority_is_refused() {
    var policies = policies("kms: {caConfigMap: {name: kms-ca}}");
    var own = "spec: {volumes: [{name: kms-agent-ca, configMap: {name: %s}}]}";
    var other = Pods.patched(Pods.read("plain"), own.formatted("mine"));
    var same = Pods.patched(Pods.read("plain"), own.formatted("kms-ca"));

    assertThat(policies.refusals(policies.mutate(other)))
        .singleElement()
        .asString()
        .endsWith("volume kms-agent-ca is not the one of the KMS agent");
    assertThat(policies.refusals(policies.mutate(same))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "pull-secrets"})
  void the_secrets_for_the_registry_of_the_agent_are_added(String name) {
    var pod = policies("image: {pullSecrets: [shop, acr]}").mutate(Pods.read(name));

    assertThat(Pods.strictly(pod).getSpec().getImagePullSecrets())
        .extracting(it -> it.getName())
        .containsExactly("shop", "acr");
  }

  @Nested
  final class With_a_pattern_for_roles {
    private static final AdmissionPolicies PATTERN = policies("identity: {mode: Pattern}");

    private static Map<String, Object> pod(String namespace, String account) {
      var pod = Pods.patched(Pods.read("no-role"), "metadata: {namespace: " + namespace + "}");
      return PATTERN.mutate(Pods.patched(pod, "spec: {serviceAccountName: " + account + "}"));
    }

    /** The kubelet expands the references. */
    @ParameterizedTest
    @CsvSource({"a-b, c, kms.a-b.c", "a, b-c, kms.a.b-c"})
    void no_two_service_accounts_have_the_same_role(String namespace, String account, String role) {
      var spec = Pods.strictly(pod(namespace, account)).getSpec();

      assertThat(Manifests.container(spec, "kms-agent").getEnv())
          .filteredOn(it -> it.getName().equals("KMS_INJECTED_ROLE"))
          .map(it -> it.getValue().replace("$(KMS_INJECTED_NAMESPACE)", namespace))
          .map(it -> it.replace("$(KMS_INJECTED_SERVICE_ACCOUNT)", account))
          .containsExactly(role);
    }

    @Test
    void a_name_of_more_than_64_characters_and_a_role_that_the_pod_chose_are_refused() {
      assertThat(PATTERN.refusals(pod("n".repeat(40), "s".repeat(19)))).isEmpty();
      assertThat(PATTERN.refusals(pod("n".repeat(40), "s".repeat(20))))
          .anyMatch(it -> it.contains("longer than 64 characters"));
      assertThat(PATTERN.refusals(Pods.read("plain")))
          .anyMatch(it -> it.contains("kms-agent/role: pods do not choose their role"));
    }
  }

  @Nested
  final class Before_the_api_server_can_change_pods {
    private static final AdmissionPolicies OF_NODE = policies(HelmChart.NODE);
    private static final AdmissionPolicies STRICT = policies("{}");
    private static final List<AdmissionPolicies> BOTH = List.of(STRICT, policies(LENIENT));

    private static AdmissionPolicies policies(String values) {
      return new AdmissionPolicies(HelmChart.agent(HelmChart.OLD).render(values));
    }

    /** OpenKruise does not look for conflicts, and keeps volumes that the pod has. */
    @ParameterizedTest
    @CsvSource({
      "plain, with a SidecarSet the pod template has both",
      "agent-as-container, the pod has another agent",
      "role-with-a-command, annotation kms-agent/role must be",
      "host-network, hostNetwork",
      "own-port, has port 2025",
      "own-variable, another variable KMS_TOKEN",
      "own-identity-volume, volume kms-agent-identity is not the one",
      "own-volume, volume kms-agent-token is not the one",
    })
    void openkruise_adds_the_agent_and_the_api_server_refuses_a_pod(String name, String reason) {
      var pod = HelmChart.inject(SIDECARSET, Pods.read(name));

      assertThat(BOTH)
          .allSatisfy(it -> assertThat(it.refusals(pod)).anyMatch(text -> text.contains(reason)));
    }

    @Test
    void a_pod_whose_template_has_the_mount_is_admitted_once_openkruise_added_the_agent() {
      var pod = HelmChart.inject(SIDECARSET, Pods.read("sidecarset"));

      assertThat(STRICT.refusals(pod)).isEmpty();
      assertThat(Pods.strictly(pod).getSpec().getVolumes())
          .containsAll(Way.SIDECAR.added(SIDECARSET));
      assertThat(STRICT.refusals(Pods.read("sidecarset")))
          .singleElement()
          .asString()
          .contains("has no KMS agent: see the SidecarSet");
    }

    @Test
    void files_need_a_value_and_the_mount_in_the_template() {
      var withFiles = policies("files: true");
      var pod =
          HelmChart.inject(SIDECARSET_OF_FILES, Pods.merged(Pods.read("sidecarset"), files()));
      var mounted =
          Pods.merged(
              Pods.patched(pod, "spec: {containers: null}"),
              Map.of("spec", Map.of("containers", containers(Pods.read("files")))));

      assertThat(STRICT.refusals(pod)).first().asString().endsWith("files of the chart is false");
      assertThat(withFiles.refusals(pod))
          .singleElement()
          .asString()
          .endsWith("of volume kms-agent-files: with a SidecarSet the pod template has it");
      assertThat(withFiles.refusals(mounted)).isEmpty();
    }

    private static Map<String, Object> files() {
      return Map.of("metadata", Pods.map(Pods.read("files"), "metadata"));
    }

    private static List<Object> containers(Map<String, Object> pod) {
      return Pods.list(Pods.map(Way.SIDECAR.strict.mutate(pod), "spec"), "containers");
    }

    @Test
    void the_agent_of_a_node_takes_a_pod_with_the_entries_and_no_other() {
      var pod = Way.NODE.pod("plain");

      assertThat(OF_NODE.mutate(pod)).isEqualTo(pod);
      assertThat(OF_NODE.refusals(pod))
          .singleElement()
          .asString()
          .endsWith("before Kubernetes 1.36 the pod template has them");
      assertThat(OF_NODE.refusals(Way.NODE.strict.mutate(pod))).isEmpty();
    }

    @Test
    void the_template_of_the_page_is_taken_by_every_version() {
      var written = MarkdownPage.read(Clone.root().resolve("docs/node.md")).code("yaml");
      var template = written.filter(it -> it.contains("serviceAccountToken")).findFirst();
      var pod = Pods.merged(Pods.read("no-role"), Yaml.parse(template.orElseThrow()).getFirst());
      assertThat(Pods.map(Pods.map(pod, "metadata"), "labels"))
          .containsEntry("kms-agent/inject", "node");
      var spec = Pods.strictly(pod).getSpec();

      assertThat(spec.getVolumes()).isEqualTo(Way.NODE.added(SIDECARSET));
      assertThat(spec.getContainers()).allMatch(Way.NODE::hasToken);
      assertThat(OF_NODE.refusals(pod)).isEmpty();
      assertThat(Pods.strictly(Way.NODE.strict.mutate(pod)).getSpec()).isEqualTo(spec);
      assertThat(Way.NODE.strict.refusals(pod)).isEmpty();
    }
  }

  /** As {@code helm upgrade} does it: the Secret, then the authorities, then nothing else. */
  @Nested
  final class While_tls_to_the_agent_of_a_node_is_turned_on {
    private static final String HTTP = "http://kms-agent.kms-agent.svc.cluster.local.:2025";
    private static final String HTTPS = "https://kms-agent.kms-agent.svc:2025";
    private static final String TLS =
        "{node: {tls: {secretName: kms-agent-tls, caConfigMap: {name: kms-agent-ca}}}}";
    private static final String REQUIRED = "{node: {tls: {required: true}}}";
    private static final AdmissionPolicies OPTIONAL = policies(HelmChart.NODE, TLS);
    private static final AdmissionPolicies CLOSED = policies(HelmChart.NODE, TLS, REQUIRED);
    private static final AdmissionPolicies OLD =
        new AdmissionPolicies(HelmChart.agent(HelmChart.OLD).render(HelmChart.NODE, TLS));
    private static final Map<String, Object> PLAIN = Way.NODE.pod("plain");
    private static final Map<String, Object> BEFORE = Way.NODE.strict.mutate(PLAIN);
    private static final Map<String, Object> AFTER = OPTIONAL.mutate(PLAIN);

    private static Map<String, String> variables(Map<String, Object> pod) {
      return Pods.strictly(pod).getSpec().getContainers().getFirst().getEnv().stream()
          .filter(it -> it.getName().startsWith("KMS_"))
          .collect(toMap(EnvVar::getName, EnvVar::getValue));
    }

    /** The plain pod with these variables, and perhaps the volume of another. */
    private static Map<String, Object> pod(Map<String, Object> volumesOf, String env) {
      var container = "{name: app, image: 'a:1', env: [" + env + "]}";
      var pod = Pods.patched(PLAIN, "spec: {containers: [" + container + "]}");
      var volumes = Pods.list(Pods.map(volumesOf, "spec"), "volumes");
      return Pods.merged(pod, Map.of("spec", Map.of("volumes", volumes)));
    }

    @Test
    void the_secret_alone_changes_nothing_for_pods() {
      var chart = HelmChart.agent(HelmChart.NEW);
      var secret = "node: {tls: {secretName: kms-agent-tls}}";

      assertThat(chart.render(HelmChart.NODE, secret).stream().filter(InjectionTest::isPolicy))
          .hasSizeGreaterThan(3)
          .containsExactlyElementsOf(
              chart.render(HelmChart.NODE).stream().filter(InjectionTest::isPolicy).toList());
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "caConfigMap: {name: kms-agent-ca}     | configMap={items=[{key=ca.crt, path=ca.pem}], name=kms-agent-ca}",
          "caConfigMap: {name: mine, key: a.pem} | configMap={items=[{key=a.pem, path=ca.pem}], name=mine}",
          "clusterTrustBundle: 'a.example:b:c'   | clusterTrustBundle={name=a.example:b:c, path=ca.pem}",
        })
    void pods_that_start_get_https_and_the_authorities(String authorities, String source) {
      var values = "{node: {tls: {secretName: kms-agent-tls, " + authorities + "}}}";
      for (var more : List.of("{}", REQUIRED)) {
        var policies = policies(HelmChart.NODE, values, more);
        var pod = policies.mutate(PLAIN);
        var volume = Pods.maps(Pods.map(pod, "spec"), "volumes").getFirst();

        assertThat(policies.refusals(pod)).isEmpty();
        assertThat(policies.mutateAgain(pod)).isEqualTo(pod);
        assertThat(variables(pod))
            .containsEntry("KMS_URL", HTTPS)
            .containsEntry("KMS_CA_FILE", "/var/run/kmstoken/ca.pem")
            .containsEntry("KMS_TOKEN", "file:///var/run/kmstoken/token");
        assertThat(Pods.maps(Pods.map(volume, "projected"), "sources"))
            .hasSize(2)
            .last()
            .hasToString("{" + source + "}");
      }
    }

    @Test
    void a_pod_whose_template_has_what_it_had_before_is_served_until_tls_is_required() {
      assertThat(OPTIONAL.mutate(BEFORE)).isEqualTo(BEFORE).isEqualTo(CLOSED.mutate(BEFORE));
      assertThat(OPTIONAL.refusals(BEFORE)).isEmpty();
      assertThat(OLD.refusals(BEFORE)).isEmpty();
      assertThat(CLOSED.refusals(BEFORE))
          .containsExactly(
              "the KMS agent cannot be used: volume kms-agent-token has no ca.pem, which TLS to the"
                  + " agent needs; container app has another variable KMS_URL: TLS is required, at "
                  + HTTPS);
    }

    @Test
    void a_pod_whose_template_has_all_for_https_is_taken_by_every_version() {
      for (var policies : List.of(OPTIONAL, OLD, CLOSED)) {
        assertThat(policies.mutate(AFTER)).isEqualTo(AFTER);
        assertThat(policies.refusals(AFTER)).isEmpty();
      }
    }

    @Test
    void a_pod_that_brings_the_volume_alone_gets_the_url_that_goes_with_it() {
      var before = OPTIONAL.mutate(pod(BEFORE, ""));
      var after = OPTIONAL.mutate(pod(AFTER, "{name: KMS_URL, value: '" + HTTP + "'}"));

      assertThat(variables(before)).containsEntry("KMS_URL", HTTP).doesNotContainKey("KMS_CA_FILE");
      assertThat(variables(after)).containsEntry("KMS_URL", HTTP);
      assertThat(OPTIONAL.refusals(before)).isEmpty();
      assertThat(OPTIONAL.refusals(after)).isEmpty();
      assertThat(variables(OPTIONAL.mutate(pod(AFTER, "")))).containsEntry("KMS_URL", HTTPS);
    }

    @Test
    void a_variable_of_that_name_for_something_else_is_refused_only_beside_https() {
      var own = "{name: KMS_CA_FILE, value: /etc/kms/ca.pem}";

      assertThat(OPTIONAL.refusals(OPTIONAL.mutate(pod(BEFORE, own)))).isEmpty();
      assertThat(OPTIONAL.refusals(OPTIONAL.mutate(pod(PLAIN, own))))
          .containsExactly(
              "the KMS agent cannot be used: container app has another variable KMS_CA_FILE");
    }

    /** The API server drops fields whose feature gate is off. */
    @Test
    void a_bundle_that_the_api_server_does_not_know_is_refused_whatever_the_policy() {
      var bundle = "{node: {tls: {secretName: kms-agent-tls, clusterTrustBundle: b}}}";
      var lenient = policies(HelmChart.NODE, bundle, LENIENT);
      var pod = lenient.mutate(PLAIN);
      var sources =
          "sources: [{serviceAccountToken: {path: token, audience: sts.aliyuncs.com}}, {}]";
      var volumes = "volumes: [{name: kms-agent-token, projected: {" + sources + "}}]";

      assertThat(lenient.refusals(pod)).isEmpty();
      assertThat(lenient.refusals(Pods.patched(pod, "spec: {" + volumes + "}")))
          .first()
          .asString()
          .contains("ClusterTrustBundleProjection is off");
    }

    @Test
    void https_without_the_authorities_or_their_variable_is_refused() {
      var container =
          "{name: app, image: 'a:1', volumeMounts: [{name: kms-agent-token, readOnly: true,"
              + " mountPath: /var/run/kmstoken}], env: [{name: KMS_TOKEN, value:"
              + " 'file:///var/run/kmstoken/token'}, {name: KMS_URL, value: '"
              + HTTPS
              + "'}]}";
      var withoutVariable = Pods.patched(AFTER, "spec: {containers: [" + container + "]}");
      var withoutVolume = Pods.patched(BEFORE, "spec: {containers: [" + container + "]}");

      assertThat(OLD.refusals(withoutVariable)).singleElement().asString().contains("KMS_CA_FILE:");
      assertThat(OPTIONAL.refusals(OPTIONAL.mutate(withoutVariable))).isEmpty();
      assertThat(OPTIONAL.refusals(OPTIONAL.mutate(withoutVolume)))
          .containsExactly(
              "the KMS agent cannot be used: volume kms-agent-token has no ca.pem, which TLS to the"
                  + " agent needs");
    }
  }

  private static boolean isPolicy(Map<String, Object> document) {
    return String.valueOf(document.get("kind")).contains("AdmissionPolicy");
  }

  @Test
  void the_agent_of_a_node_may_have_another_audience_and_place() {
    var values =
        "{tokenFolder: /kms, ports: {http: 3000},"
            + " node: {audience: kms-agent, clusterDomain: prod.example}}";
    var policies = policies(HelmChart.NODE, values);
    var pod = policies.mutate(Way.NODE.pod("plain"));
    PodSpec spec = Pods.strictly(pod).getSpec();
    var source = spec.getVolumes().getFirst().getProjected().getSources().getFirst();

    assertThat(policies.refusals(pod)).isEmpty();
    assertThat(spec.getContainers().getFirst().getEnv())
        .extracting(EnvVar::getValue)
        .containsExactly("file:///kms/token", "http://kms-agent.kms-agent.svc.prod.example.:3000");
    assertThat(source.getServiceAccountToken().getAudience()).isEqualTo("kms-agent");
  }

  @Test
  void beside_each_other_both_serve_one_label_by_its_value() {
    var chart = HelmChart.agent(HelmChart.NEW);
    var both =
        new AdmissionPolicies(
            Stream.of(chart.render(HelmChart.NODE), chart.render("{}"))
                .flatMap(List::stream)
                .toList());

    for (var way : Way.values()) {
      var made = both.mutate(way.pod("plain"));
      assertThat(made).isEqualTo(way.strict.mutate(way.pod("plain")));
      assertThat(both.refusals(made)).isEmpty();
    }
    assertThat(both.refusals(Pods.patched(Pods.read("plain"), label("yes"))))
        .contains("label kms-agent/inject must be \"true\", \"node\" or \"false\"");
  }

  @Test
  void a_pod_with_a_label_of_each_of_two_releases_is_refused() {
    var sidecar = policies("label: kms-sidecar/inject");
    var label = "metadata: {labels: {kms-sidecar/inject: 'true'}}";
    var pod = sidecar.mutate(Pods.patched(Pods.patched(Pods.read("plain"), label), label("node")));

    assertThat(Way.NODE.lenient.refusals(Way.NODE.lenient.mutate(pod)))
        .first()
        .asString()
        .startsWith("the pod has a sidecar of the KMS agent, too");
  }

  @ParameterizedTest
  @CsvSource({"true, {}, 1", "true, false, 0", "false, true, 1", "'', {}, 0"})
  void a_namespace_can_put_its_pods_on_virtual_nodes(
      String ofNamespace, String ofPod, int refusals) {
    var labels = Map.of("alibabacloud.com/eci", ofNamespace);
    var policies =
        new AdmissionPolicies(HelmChart.agent(HelmChart.NEW).render(HelmChart.NODE), labels);
    var label = "{metadata: {labels: {alibabacloud.com/eci: '" + ofPod + "'}}}";
    var pod = ofPod.equals("{}") ? Way.NODE.pod("plain") : Way.NODE.pod(label);

    assertThat(policies.refusals(policies.mutate(pod)))
        .hasSize(refusals)
        .allMatch(it -> it.endsWith("there is no agent on a virtual node"));
  }
}
