package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The chart, rendered by Helm: which values it takes, and what it makes of them. */
final class ChartTest {
  /** The words that a field may have; the model takes any text. */
  private static final Map<String, Set<String>> WORDS =
      Map.of(
          "failurePolicy", Set.of("Fail", "Ignore"),
          "reinvocationPolicy", Set.of("Never", "IfNeeded"),
          "patchType", Set.of("ApplyConfiguration", "JSONPatch"),
          "operator", Set.of("In", "NotIn", "Exists", "DoesNotExist"),
          "imagePullPolicy", Set.of("Always", "IfNotPresent", "Never"),
          "restartPolicy", Set.of("Always", "OnFailure", "Never"),
          "internalTrafficPolicy", Set.of("Cluster", "Local"),
          "protocol", Set.of("TCP", "UDP", "SCTP"),
          "medium", Set.of("", "Memory"));

  private static final Map<String, Set<String>> LISTED =
      Map.of(
          "operations", Set.of("CREATE", "UPDATE"),
          "validationActions", Set.of("Deny", "Warn", "Audit"),
          "policyTypes", Set.of("Ingress", "Egress"));

  /** Everything with a name and a value of the API, at any depth. */
  private static List<String> wrongWords(Object document) {
    return switch (document) {
      case Map<?, ?> map ->
          map.entrySet().stream()
              .flatMap(it -> Stream.concat(wrong(it).stream(), wrongWords(it.getValue()).stream()))
              .toList();
      case List<?> list -> list.stream().flatMap(it -> wrongWords(it).stream()).toList();
      default -> List.of();
    };
  }

  private static List<String> wrong(Map.Entry<?, ?> field) {
    var name = (String) field.getKey();
    var value = field.getValue();
    var sound =
        value instanceof List<?> list
            ? !LISTED.containsKey(name) || LISTED.get(name).containsAll(list)
            : !WORDS.containsKey(name) || WORDS.get(name).contains(String.valueOf(value));
    return sound ? List.of() : List.of(name + ": " + value);
  }

  /** Kinds that are not of Kubernetes have tests of their own. */
  private static boolean isOfKubernetes(Map<String, Object> document) {
    return !Set.of("SidecarSet", "PodMonitor", "PrometheusRule").contains(document.get("kind"));
  }

  private static List<String> kinds(List<Map<String, Object>> documents) {
    return documents.stream().map(it -> (String) it.get("kind")).distinct().toList();
  }

  static Stream<String> combinations() {
    var sidecars =
        Stream.of("mode: MutatingAdmissionPolicy", "mode: SidecarSet")
            .flatMap(
                mode ->
                    times(
                        mode,
                        "identity: {mode: Annotation}, networkPolicy: {namespaces: [shop, pay]}",
                        "identity: {mode: Webhook}"));
    var nodes = times("mode: Node", "node: {issuer: 'https://a/b', tolerations: []}");
    return Stream.concat(sidecars, nodes)
        .flatMap(
            it ->
                times(
                    it,
                    "failurePolicy: Fail, conflictPolicy: LeaveAlone",
                    "failurePolicy: Ignore, conflictPolicy: Refuse"))
        .flatMap(
            it ->
                times(
                    it,
                    "kms: {vpc: false}, image: {tag: v2, pullSecrets: [acr]}",
                    "kms: {endpoint: kst-1.cryptoservice.kms.aliyuncs.com}",
                    "settings: {KMS_AGENT_LOG_LOGLEVEL: Debug, KMS_AGENT_CACHE_TTLSECONDS: 60},"
                        + " podMonitor: {enabled: true, labels: {release: prometheus}},"
                        + " prometheusRule: {enabled: true}, dashboard: {enabled: true}"))
        .map(it -> "{" + it + "}");
  }

  private static Stream<String> times(String values, String... more) {
    return Stream.of(more).map(it -> values + ", " + it);
  }

  @ParameterizedTest
  @MethodSource("combinations")
  void every_field_and_word_is_one_of_the_api(String values) {
    var documents = HelmChart.agent(HelmChart.NEW).render(values);

    assertThat(documents.stream().filter(ChartTest::isOfKubernetes))
        .hasSizeGreaterThanOrEqualTo(4)
        .allSatisfy(it -> assertThat(KubernetesModel.resource(it)).isNotNull());
    assertThat(wrongWords(documents)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("combinations")
  void every_expression_compiles(String values) {
    var admission = new AdmissionPolicies(HelmChart.agent(HelmChart.NEW).render(values));

    assertThat(admission.refusals(Pods.read("not-labelled"))).isEmpty();
  }

  @Test
  void a_word_that_is_none_is_found() {
    assertThat(wrongWords(Yaml.parse("spec: {failurePolicy: Fial, x: [{operations: [CRATE]}]}")))
        .containsExactlyInAnyOrder("failurePolicy: Fial", "operations: [CRATE]");
  }

  @Test
  void helm_finds_nothing_wrong(@TempDir Path folder) throws IOException {
    var application = HelmChart.application(folder);
    var agent = application.folder().resolve("charts/kms-agent");
    for (var mode : List.of("Auto", "Node")) {
      Files.writeString(
          agent.resolve("values.yaml"), mergedValues().replace("mode: Auto", "mode: " + mode));
      for (var chart : List.of(agent, application.folder())) {
        var lint = new Helm(chart).lint().strict().call();
        assertThat(lint.isFailed()).as(lint.getMessages().toString()).isFalse();
      }
    }
  }

  /** Those of the chart, with what an operator has to give. */
  private static String mergedValues() throws IOException {
    return Files.readString(HelmChart.folder("kms-agent").resolve("values.yaml"))
        .replace("repository: \"\"", "repository: a/b")
        .replace("accounts: []", "accounts: [\"1\"]")
        .replace("oidcProviderArn: \"\"", "oidcProviderArn: acs:ram::1:oidc-provider/a")
        .replace("region: \"\"", "region: cn-hangzhou")
        .replace("issuer: \"\"", "issuer: https://oidc.example.com/c0123456789");
  }

  @ParameterizedTest
  @CsvSource({
    "1.30.0, SidecarSet",
    "1.35.9, SidecarSet",
    "v1.35.2-aliyun.1, SidecarSet",
    "1.36.0, MutatingAdmissionPolicy",
    "v1.36.1-aliyun.1, MutatingAdmissionPolicy",
    "1.40.0, MutatingAdmissionPolicy",
  })
  void the_way_follows_from_the_version_of_the_cluster(String version, String kind) {
    var kinds = kinds(HelmChart.agent(version).render("{}"));

    assertThat(kinds).contains(kind, "ValidatingAdmissionPolicy");
    assertThat(kinds.stream().filter(Set.of("SidecarSet", "MutatingAdmissionPolicy")::contains))
        .hasSize(1);
  }

  @Test
  void rules_and_dashboard_are_rendered_as_they_ship_where_they_are_asked_for() throws IOException {
    var chart = HelmChart.agent(HelmChart.NEW);
    assertThat(kinds(chart.render("{}"))).doesNotContain("PrometheusRule", "ConfigMap");

    var documents =
        chart.render(
            "{prometheusRule: {enabled: true, runbooks: 'https://docs.example.com/x/',"
                + " labels: {release: prometheus}}, dashboard: {enabled: true}}");
    var rules = ofKind(documents, "PrometheusRule");
    assertThat(String.valueOf(rules.get("metadata"))).contains("labels={release=prometheus}");
    assertThat(rules.get("spec"))
        .isEqualTo(
            Yaml.parse(
                    Files.readString(AlertRules.FILE)
                        .replace("runbooks.example.com/kms-agent", "docs.example.com/x"))
                .getFirst());
    var dashboard = Pods.map(ofKind(documents, "ConfigMap"), "data").get("kms-agent.json");
    assertThat(JsonParser.parseString(String.valueOf(dashboard)))
        .isEqualTo(
            JsonParser.parseString(
                Files.readString(Clone.deploy().resolve("monitoring/dashboard.json"))));
  }

  private static Map<String, Object> ofKind(List<Map<String, Object>> documents, String kind) {
    return documents.stream().filter(it -> kind.equals(it.get("kind"))).findFirst().orElseThrow();
  }

  @Test
  void without_a_mode_nothing_is_rendered() {
    var values = "{mode: None, networkPolicy: {namespaces: [shop]}, podMonitor: {enabled: true}}";

    assertThat(HelmChart.agent(HelmChart.NEW).render(values)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mode: Both",
        "failurePolicy: fail",
        "failurePolicy: null",
        "conflictPolicy: Overwrite",
        "label: 'a: b'",
        "label: 'x\"y'",
        "annotationPrefix: \"a'b\"",
        "ports: {http: 80}",
        "ports: {http: '2025'}",
        "image: {repository: 'a b'}",
        "image: {tag: 'v1 && reboot'}",
        "image: {digest: sha256:1}",
        "image: {reposytory: a}",
        "identity: {accounts: ['1|.*']}",
        "identity: {rolePattern: '{namespace}-{serviceAccount}'}",
        "identity: {rolePattern: '{namespace}{serviceAccount}'}",
        "identity: {rolePattern: '{serviceAccount}'}",
        "identity: {rolePattern: '{serviceAccount}.{namespace}'}",
        "tokenFolder: /var/run/../etc",
        "tokenFolder: '/var/run/\"x'",
        "settings: {PATH: /x}",
        "settings: {KMS_AGENT_SERVER_HTTPPORT: 3000}",
        "settings: {KMS_AGENT_KMS_ROLEARN: 'acs:ram::1:role/a'}",
        "kms: {region: 'cn-hangzhou; reboot'}",
        "kms: {endpoint: 'https://kms'}",
        "configMap: mine",
        "{mode: Node, configMap: mine}",
        "{mode: Node, networkPolicy: {namespaces: [shop]}}",
        "node: {issuer: 'http://oidc.example.com'}",
        "node: {issuer: 'https://a\"b'}",
        "node: {audience: ''}",
        "node: {audience: 'a\"b'}",
        "node: {clusterDomain: 'cluster.local.'}",
        "node: {priorityClassName: High}",
        "settings: {KMS_AGENT_KMS_PODIDENTITY_NODENAME: node-1}",
        "networkPolicy: {namespaces: [A]}",
        "namespaceSelectors: {}",
        "namespaceSelector: {matchExpressions: [{key: a, operator: in}]}",
        "networkPolicy: {prometheus: {podSelector: {matchLabels: {a: 1}}}}",
      })
  void a_value_that_does_not_fit_is_rejected(String values) {
    var chart = HelmChart.agent(HelmChart.NEW);

    assertThatThrownBy(() -> chart.render(values)).hasMessageContaining("schema");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "image: {repository: ''}",
        "kms: {region: ''}",
        "identity: {accounts: []}",
        "identity: {oidcProviderArn: ''}",
        "mode: Node",
        "{mode: Node, node: {issuer: 'https://a'}, kms: {region: ''}}",
        "{mode: Node, node: {issuer: 'https://a'}, identity: {accounts: []}}"
      })
  void a_value_that_is_missing_is_named(String values) {
    var chart = HelmChart.agent(HelmChart.NEW);

    assertThatThrownBy(() -> chart.render(values)).hasMessageContaining("is missing");
  }

  @Test
  void open_is_a_warning_and_closed_a_refusal_but_settings_are_always_refused() {
    var closed = HelmChart.agent(HelmChart.NEW).render("failurePolicy: Fail").toString();
    var open = HelmChart.agent(HelmChart.NEW).render("failurePolicy: Ignore").toString();

    assertThat(closed).doesNotContain("Warn").doesNotContain("failurePolicy=Ignore");
    assertThat(open)
        .containsOnlyOnce("policyName=kms-agent-injected, validationActions=[Warn, Audit]")
        .containsOnlyOnce("policyName=kms-agent, validationActions=[Deny]")
        .containsOnlyOnce("policyName=kms-agent-unchanged, validationActions=[Deny]");
  }

  @Test
  void numbers_are_written_out() {
    var values =
        "{settings: {KMS_AGENT_CACHE_MAXBYTES: 104857600, KMS_AGENT_LOG_CONSOLE: true},"
            + " resources: {requests: {cpu: 0.5, memory: 104857600}}}";
    var policies = new AdmissionPolicies(HelmChart.agent(HelmChart.NEW).render(values));
    var mutated = Pods.strictly(policies.mutate(Pods.read("plain"))).getSpec();

    for (var agent :
        List.of(
            SidecarSets.agent(HelmChart.agent(HelmChart.OLD).render(values)),
            mutated.getInitContainers().getFirst())) {
      assertThat(agent.getEnv())
          .extracting(it -> it.getName() + "=" + it.getValue())
          .contains("KMS_AGENT_CACHE_MAXBYTES=104857600", "KMS_AGENT_LOG_CONSOLE=true");
      assertThat(agent.getResources().getRequests().values())
          .extracting(it -> it.getNumericalAmount().stripTrailingZeros().toPlainString())
          .containsExactlyInAnyOrder("0.5", "104857600");
    }
  }

  @Test
  void a_digest_has_priority_over_the_tag() {
    var digest = "sha256:" + "0".repeat(64);
    var chart = HelmChart.agent(HelmChart.OLD);

    assertThat(chart.text(HelmChart.usualValues(), "image: {tag: v9, digest: '" + digest + "'}"))
        .contains("image: registry-vpc.cn-hangzhou.aliyuncs.com/platform/kms-agent@" + digest);
    assertThat(chart.text(HelmChart.usualValues(), "image: {tag: v9}"))
        .contains("image: registry-vpc.cn-hangzhou.aliyuncs.com/platform/kms-agent:v9");
  }

  @Nested
  final class Of_the_optional_parts {
    private final List<Map<String, Object>> documents =
        HelmChart.agent(HelmChart.NEW)
            .render("{podMonitor: {enabled: true}, networkPolicy: {namespaces: [shop, pay]}}");

    @Test
    void labelled_pods_reach_dns_and_tls_alone_and_not_the_metadata() {
      var policies =
          documents.stream()
              .filter(it -> "NetworkPolicy".equals(it.get("kind")))
              .map(it -> (NetworkPolicy) KubernetesModel.resource(it))
              .toList();

      assertThat(policies)
          .extracting(it -> it.getMetadata().getNamespace())
          .containsExactly("shop", "pay");
      var spec = policies.getFirst().getSpec();
      assertThat(spec.getPodSelector().getMatchLabels()).containsEntry("kms-agent/inject", "true");
      assertThat(spec.getPolicyTypes()).containsExactly("Ingress", "Egress");
      assertThat(spec.getEgress().stream().flatMap(rule -> rule.getPorts().stream()))
          .extracting(port -> port.getProtocol() + port.getPort().getIntVal())
          .containsExactly("UDP53", "TCP53", "TCP443");
      assertThat(spec.getEgress()).allMatch(rule -> !rule.getTo().isEmpty());
      assertThat(spec.getEgress().getLast().getTo().getFirst().getIpBlock().getExcept())
          .containsExactly("100.100.100.200/32");
      assertThat(spec.getIngress()).singleElement().matches(rule -> rule.getFrom().size() == 1);
      assertThat(spec.getIngress().getFirst().getPorts().getFirst().getPort().getIntVal())
          .isEqualTo(12025);
    }

    @Test
    void the_monitor_of_agents_on_nodes_selects_them_by_their_own_labels() {
      var resources =
          HelmChart.agent(HelmChart.NEW).render(HelmChart.NODE, "podMonitor: {enabled: true}");
      var monitor =
          resources.stream()
              .filter(it -> "PodMonitor".equals(it.get("kind")))
              .findFirst()
              .orElseThrow();
      var agents =
          Manifests.one(
              resources.stream()
                  .filter(ChartTest::isOfKubernetes)
                  .map(KubernetesModel::resource)
                  .toList(),
              DaemonSet.class);

      assertThat(Pods.map(Pods.map(monitor, "spec"), "selector"))
          .containsEntry("matchLabels", agents.getSpec().getTemplate().getMetadata().getLabels());
      assertThat(Pods.map(monitor, "spec")).doesNotContainKey("namespaceSelector");
    }

    @Test
    void the_monitor_names_the_port_of_the_sidecar() {
      var monitor =
          documents.stream()
              .filter(it -> "PodMonitor".equals(it.get("kind")))
              .findFirst()
              .orElseThrow();
      var agent = SidecarSets.agent(HelmChart.agent(HelmChart.OLD).render("{}"));

      assertThat(monitor).containsEntry("apiVersion", "monitoring.coreos.com/v1");
      assertThat(Pods.map(monitor, "spec").toString())
          .contains("port=" + agent.getPorts().getFirst().getName(), "path=/metrics")
          .contains("kms-agent/inject=true");
    }
  }
}
