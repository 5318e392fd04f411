package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The chart, rendered by Helm: which values it takes, and what it makes of them. */
final class ChartTest {
  /** Kinds that are not of Kubernetes have tests of their own. */
  private static boolean isOfKubernetes(Map<String, Object> document) {
    return !Set.of("SidecarSet", "PodMonitor", "PrometheusRule").contains(document.get("kind"));
  }

  private static List<String> kinds(List<Map<String, Object>> documents) {
    return documents.stream().map(it -> (String) it.get("kind")).distinct().toList();
  }

  /** Each mode, with values on which its templates branch. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mode: MutatingAdmissionPolicy, identity: {mode: Annotation}, failurePolicy: Fail,"
            + " conflictPolicy: LeaveAlone, kms: {vpc: false}, networkPolicy: {namespaces: [a, b]}",
        "mode: MutatingAdmissionPolicy, identity: {mode: Webhook}, failurePolicy: Ignore,"
            + " conflictPolicy: Refuse, image: {tag: v2, pullSecrets: [acr]}, podMonitor: {enabled:"
            + " true, labels: {release: prometheus}}, prometheusRule: {enabled: true}",
        "mode: MutatingAdmissionPolicy, identity: {mode: Pattern}, keepCache: true, settings:"
            + " {KMS_AGENT_LOG_LOGLEVEL: Debug, aliyun_logs_a-1_tags: b=c}, audit: {enabled: true}",
        "mode: SidecarSet, files: true, keepCache: true, audit: {enabled: true, keySecret: a}",
        "mode: SidecarSet, identity: {mode: Annotation}, failurePolicy: Ignore, conflictPolicy:"
            + " LeaveAlone, kms: {endpoint: kst-1.cryptoservice.kms.aliyuncs.com, caConfigMap: {name:"
            + " kms-ca}}",
        "mode: SidecarSet, identity: {mode: Webhook}, image: {tag: v2, pullSecrets: [acr]},"
            + " networkPolicy: {namespaces: [shop]}, dashboard: {enabled: true}",
        "mode: Node, node: {issuer: 'https://a/b', tolerations: []}, failurePolicy: Fail,"
            + " conflictPolicy: LeaveAlone, kms: {vpc: false}, settings:"
            + " {KMS_AGENT_CACHE_TTLSECONDS: 60}, podMonitor: {enabled: true, labels: {release:"
            + " prometheus}}",
        "mode: Node, node: {issuer: 'https://a/b'}, failurePolicy: Ignore, conflictPolicy: Refuse,"
            + " kms: {endpoint: kst-1.cryptoservice.kms.aliyuncs.com}, image: {tag: v2, pullSecrets:"
            + " [acr]}, prometheusRule: {enabled: true}, dashboard: {enabled: true}",
        "mode: Node, node: {issuer: 'https://a/b', tls: {secretName: a, caConfigMap: {name: b}}},"
            + " keepCache: true, audit: {enabled: true, keySecret: a, hostPath: /var/log/kms-agent}",
        "mode: Node, node: {issuer: 'https://a/b', tls: {secretName: a, clusterTrustBundle: 'b:c',"
            + " required: true}}, failurePolicy: Ignore",
      })
  void every_field_is_one_of_the_api_and_every_expression_compiles(String values) {
    var documents = HelmChart.agent(HelmChart.NEW).render("{" + values + "}");

    assertThat(documents.stream().filter(ChartTest::isOfKubernetes))
        .hasSizeGreaterThanOrEqualTo(4)
        .allSatisfy(it -> assertThat(Manifests.resource(it)).isNotNull());
    assertThat(new AdmissionPolicies(documents).refusals(Pods.read("not-labelled"))).isEmpty();
  }

  /** With {@code -Dgenerate=true} the copies are written anew. */
  @ParameterizedTest
  @CsvSource({
    "mutating-policy.yaml, 1.36.0, mode: Auto",
    "sidecarset.yaml, 1.35.4, mode: Auto",
    "node.yaml, 1.36.0, NODE",
    "my-app.yaml, '', ''",
  })
  void a_copy_is_what_helm_renders(
      String copy, String kubernetes, String values, @TempDir Path folder) throws IOException {
    var isOfAgent = !kubernetes.isEmpty();
    var chart = isOfAgent ? HelmChart.agent(kubernetes) : HelmChart.application(folder);
    var more = values.replace("NODE", HelmChart.NODE);
    var text = isOfAgent ? chart.text(HelmChart.usualValues(), more) : chart.text("{}");
    var head = "# Rendered by Helm from deploy/helm/" + chart.folder().getFileName();
    var rendered = head + ": change the chart.\n" + text;
    var file = Clone.kubernetes().resolve("rendered").resolve(copy);
    if (Boolean.getBoolean("generate")) {
      Files.writeString(file, rendered);
    }
    assertThat(file).content().isEqualTo(rendered);
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
    var rules = HelmChart.one(documents, "PrometheusRule");
    assertThat(String.valueOf(rules.get("metadata"))).contains("labels={release=prometheus}");
    assertThat(rules.get("spec"))
        .isEqualTo(
            Yaml.parse(
                    Files.readString(AlertRulesTest.FILE)
                        .replace("runbooks.example.com/kms-agent", "docs.example.com/x"))
                .getFirst());
    var dashboard = Pods.map(HelmChart.one(documents, "ConfigMap"), "data").get("kms-agent.json");
    assertThat(Yaml.parse(String.valueOf(dashboard)))
        .isEqualTo(Yaml.read(Clone.deploy().resolve("monitoring/dashboard.json")));
  }

  @Test
  void without_a_mode_nothing_is_rendered() {
    var values = "{mode: None, networkPolicy: {namespaces: [shop]}, podMonitor: {enabled: true}}";

    assertThat(HelmChart.agent(HelmChart.NEW).render(values)).isEmpty();
  }

  /** By its schema, or because it is missing. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      textBlock =
          """
          mode: Both                                                          ~ schema
          failurePolicy: fail                                                 ~ schema
          failurePolicy: null                                                 ~ schema
          conflictPolicy: Overwrite                                           ~ schema
          label: 'a: b'                                                       ~ schema
          label: 'x"y'                                                        ~ schema
          annotationPrefix: "a'b"                                             ~ schema
          ports: {http: 80}                                                   ~ schema
          ports: {http: '2025'}                                               ~ schema
          image: {repository: 'a b'}                                          ~ schema
          image: {tag: 'v1 && reboot'}                                        ~ schema
          image: {digest: sha256:1}                                           ~ schema
          image: {reposytory: a}                                              ~ schema
          identity: {accounts: ['1|.*']}                                      ~ schema
          identity: {rolePattern: '{namespace}-{serviceAccount}'}             ~ schema
          identity: {rolePattern: '{namespace}{serviceAccount}'}              ~ schema
          identity: {rolePattern: '{serviceAccount}'}                         ~ schema
          identity: {rolePattern: '{serviceAccount}.{namespace}'}             ~ schema
          tokenFolder: /var/run/../etc                                        ~ schema
          tokenFolder: '/var/run/"x'                                          ~ schema
          tokenFolder: /run/kms-agent/token                                   ~ schema
          tokenFolder: /var/lib/kms-agent/token                               ~ schema
          tokenFolder: /run/kms-agent-key                                     ~ schema
          files: null                                                         ~ schema
          keepCache: 'yes'                                                    ~ schema
          tokenFolder: /var/log/kms-agent                                     ~ schema
          audit: {enabled: 1}                                                 ~ schema
          audit: {keySecret: 'a b'}                                           ~ schema
          audit: {hostPath: a}                                                ~ schema
          audit: {enabled: true, hostPath: /a}                                ~ audit.hostPath is for mode Node
          settings: {aliyun_logs_A: /a}                                       ~ schema
          settings: {KMS_AGENT_CACHE_FILE_PATH: /a}                           ~ not allowed
          settings: {PATH: /x}                                                ~ schema
          settings: {KMS_AGENT_SERVER_HTTPPORT: 3000}                         ~ schema
          settings: {KMS_AGENT_KMS_ROLEARN: 'acs:ram::1:role/a'}              ~ schema
          settings: {KMS_AGENT_CACHE_TTL: 60}                                 ~ additional properties 'KMS_AGENT_CACHE_TTL' not allowed
          settings: {KMS_AGENT_CACHE_TTLSECONDS: a minute}                    ~ schema
          settings: {KMS_AGENT_CACHE_REFRESHAHEADRATIO: 0}                    ~ schema
          settings: {KMS_AGENT_LOG_LOGLEVEL: Trace}                           ~ schema
          settings: {KMS_AGENT_LOG_AUDIT: 'on'}                               ~ schema
          settings: {KMS_AGENT_HEAP: 300}                                     ~ schema
          kms: {region: 'cn-hangzhou; reboot'}                                ~ schema
          kms: {endpoint: 'https://kms'}                                      ~ schema
          kms: {caConfigMap: {name: 'A b'}}                                   ~ schema
          {kms: {caConfigMap: {name: a}}, settings: {KMS_AGENT_KMS_CAFILE: /a}} ~ schema
          settings: {KMS_AGENT_SERVER_SHUTDOWNGRACESECONDS: 30s}              ~ schema
          settings: {KMS_AGENT_SERVER_SHUTDOWNGRACESECONDS: 301}              ~ schema
          node: {maxSurge: 0}                                                 ~ schema
          node: {maxSurge: '0%'}                                              ~ schema
          node: {preStopSeconds: -1}                                          ~ schema
          configMap: mine                                                     ~ schema
          {mode: Node, configMap: mine}                                       ~ schema
          {mode: Node, networkPolicy: {namespaces: [shop]}}                   ~ schema
          node: {issuer: 'http://oidc.example.com'}                           ~ schema
          node: {issuer: 'https://a"b'}                                       ~ schema
          node: {audience: ''}                                                ~ schema
          node: {audience: 'a"b'}                                             ~ schema
          node: {clusterDomain: 'cluster.local.'}                             ~ schema
          node: {priorityClassName: High}                                     ~ schema
          node: {nodeSelector: {a: 1}}                                        ~ schema
          node: {affinity: {nodeSelectorTerms: []}}                           ~ schema
          settings: {KMS_AGENT_KMS_PODIDENTITY_NODENAME: node-1}              ~ schema
          node: {tls: {secretName: A}}                                        ~ schema
          node: {tls: {clusterTrustBundle: 'a"b'}}                            ~ schema
          node: {tls: {caConfigMap: {name: a, key: 'a/b'}}}                   ~ schema
          node: {tls: {secretName: a}}                                        ~ node.tls is for mode Node
          {mode: None, node: {tls: {required: true}}}                         ~ node.tls is for mode Node
          {mode: Node, node: {tls: {caConfigMap: {name: a}}}}                 ~ node.tls.secretName is missing
          {mode: Node, node: {tls: {clusterTrustBundle: a}}}                  ~ node.tls.secretName is missing
          {mode: Node, node: {tls: {required: true}}}                         ~ node.tls.secretName is missing
          {mode: Node, node: {tls: {secretName: a, required: true}}}          ~ node.tls.required needs caConfigMap
          {mode: Node, node: {tls: {secretName: a, caConfigMap: {name: a}, clusterTrustBundle: a}}} ~ give one of them
          networkPolicy: {namespaces: [A]}                                    ~ schema
          namespaceSelectors: {}                                              ~ schema
          namespaceSelector: {matchExpressions: [{key: a, operator: in}]}     ~ schema
          networkPolicy: {prometheus: {podSelector: {matchLabels: {a: 1}}}}   ~ schema
          image: {repository: ''}                                             ~ is missing
          kms: {region: ''}                                                   ~ is missing
          identity: {accounts: []}                                            ~ is missing
          identity: {oidcProviderArn: ''}                                     ~ is missing
          mode: Node                                                          ~ is missing
          {mode: Node, node: {issuer: 'https://a'}, kms: {region: ''}}        ~ is missing
          {mode: Node, node: {issuer: 'https://a'}, identity: {accounts: []}} ~ is missing
          """)
  void a_value_that_does_not_fit_is_rejected(String values, String reason) {
    var chart = HelmChart.agent(HelmChart.NEW);

    assertThatThrownBy(() -> chart.render(values)).hasMessageContaining(reason);
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
            HelmChart.sidecar(HelmChart.agent(HelmChart.OLD).render(values)),
            mutated.getInitContainers().getFirst())) {
      assertThat(agent.getEnv())
          .extracting(it -> it.getName() + "=" + it.getValue())
          .contains("KMS_AGENT_CACHE_MAXBYTES=104857600", "KMS_AGENT_LOG_CONSOLE=true");
      assertThat(agent.getResources().getRequests().values())
          .extracting(it -> it.getNumericalAmount().stripTrailingZeros().toPlainString())
          .containsExactlyInAnyOrder("0.5", "104857600");
    }
  }

  /**
   * Fields that have defaults, and for which OpenKruise sets none, make its webhook refuse the
   * SidecarSet. It sets those of what stands here: {@code setDefaultContainer} and {@code
   * SetDefaultPodVolumes} in apis/apps/defaults of openkruise/kruise, read on 2026-07-02. A startup
   * probe has to be written out. Before a field is added here, look there.
   */
  @Test
  void openkruise_knows_the_defaults_of_all_that_a_sidecarset_leaves_out() {
    var values =
        "{kms: {endpoint: a.example.com, caConfigMap: {name: a}}, settings: {KMS_AGENT_HEAP: 1g},"
            + " files: true, keepCache: true, audit: {enabled: true, keySecret: a}, image:"
            + " {pullSecrets: [acr]}}";
    var spec =
        Pods.map(
            HelmChart.one(HelmChart.agent(HelmChart.OLD).render(values), "SidecarSet"), "spec");

    assertThat(
            fields(Pods.list(spec, "initContainers"))
                .map(it -> it.substring(1))
                .distinct()
                .sorted())
        .containsExactly(
            """
            command
            env.name env.value env.valueFrom.fieldRef.fieldPath
            image imagePullPolicy lifecycle.postStart.exec.command name podInjectPolicy
            ports.containerPort ports.name
            readinessProbe.httpGet.path readinessProbe.httpGet.port
            readinessProbe.periodSeconds readinessProbe.timeoutSeconds
            resources.limits.memory resources.requests.cpu resources.requests.memory
            restartPolicy
            securityContext.allowPrivilegeEscalation securityContext.capabilities.drop
            securityContext.readOnlyRootFilesystem securityContext.runAsGroup
            securityContext.runAsNonRoot securityContext.runAsUser
            securityContext.seccompProfile.type
            startupProbe.failureThreshold startupProbe.httpGet.path startupProbe.httpGet.port
            startupProbe.httpGet.scheme startupProbe.periodSeconds
            startupProbe.successThreshold startupProbe.timeoutSeconds
            volumeMounts.mountPath volumeMounts.name volumeMounts.readOnly
            """
                .split("\\s+"));
    assertThat(fields(Pods.list(spec, "volumes")).map(it -> it.substring(1)).distinct().sorted())
        .containsExactly(
            """
            configMap.items.key configMap.items.path configMap.name
            emptyDir.medium emptyDir.sizeLimit name
            projected.defaultMode
            projected.sources.serviceAccountToken.audience
            projected.sources.serviceAccountToken.path
            secret.defaultMode secret.items.key secret.items.path secret.secretName
            """
                .split("\\s+"));
  }

  /** The paths of all values, without the places in lists. */
  private static Stream<String> fields(Object value) {
    return switch (value) {
      case Map<?, ?> map ->
          map.entrySet().stream()
              .flatMap(it -> fields(it.getValue()).map(path -> it.getKey() + path))
              .map("."::concat);
      case List<?> list -> list.stream().flatMap(ChartTest::fields);
      default -> Stream.of("");
    };
  }

  @Test
  void a_chart_that_includes_the_templates_can_have_files(@TempDir Path folder) {
    var documents = Yaml.parse(HelmChart.application(folder).text("{kms-agent: {files: true}}"));
    var pod = Manifests.pod(Manifests.resource(HelmChart.one(documents, "Deployment")));
    var agent = Manifests.container(pod, "kms-agent");

    assertThat(pod.getVolumes().getLast().getName()).isEqualTo("kms-agent-files");
    assertThat(agent.getVolumeMounts().getLast().getName()).isEqualTo("kms-agent-files");
    assertThat(agent.getStartupProbe().getHttpGet().getPath()).isEqualTo("/startupz");
  }

  /** The store's bound, a page for each secret that is not full, and 4 MiB. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {} | 72
          {settings: {KMS_AGENT_CACHE_MAXBYTES: 134217728}} | 136
          {settings: {KMS_AGENT_CACHE_CACHESIZE: '100000'}} | 459
          """)
  void a_cache_that_is_kept_and_its_key_are_in_memory_of_the_agent_alone(
      String values, int mebibytes) {
    var kept = "keepCache: true";
    var agents = HelmChart.agent(HelmChart.NEW).render(HelmChart.NODE, values, kept);
    var node = Manifests.pod(Manifests.resource(HelmChart.one(agents, "DaemonSet")));
    var policies = new AdmissionPolicies(HelmChart.agent(HelmChart.NEW).render(values, kept));
    var pod = policies.mutate(Pods.read("several-containers"));
    var spec = Pods.strictly(pod).getSpec();
    var sidecarSet = HelmChart.agent(HelmChart.OLD).render(values, kept);
    var sidecar = HelmChart.sidecar(sidecarSet);
    var names = List.of("kms-agent-cache", "kms-agent-key");

    assertThat(policies.refusals(pod)).isEmpty();
    assertThat(spec.getInitContainers().getFirst()).isEqualTo(sidecar);
    for (var volumes :
        List.of(node.getVolumes(), spec.getVolumes(), HelmChart.volumesOfSidecar(sidecarSet))) {
      assertThat(volumes)
          .filteredOn(it -> names.contains(it.getName()))
          .extracting(it -> it.getEmptyDir().getMedium() + " " + it.getEmptyDir().getSizeLimit())
          .containsExactly("Memory " + mebibytes + "Mi", "Memory 1Mi");
    }
    assertThat(Stream.of(node, spec).flatMap(Manifests::containers))
        .filteredOn(it -> it.getVolumeMounts().toString().matches(".*name=kms-agent-(cache|key).*"))
        .extracting(it -> it.getName() + " " + it.getResources().getLimits().get("memory"))
        .containsExactlyInAnyOrder(
            "kms-agent " + (464 + mebibytes) + "Mi", "kms-agent " + (400 + mebibytes) + "Mi");
  }

  /** The size of all files, and 16 MiB. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {} | 1000 | 1016Mi
          {settings: {KMS_AGENT_LOG_AUDITMAXSIZE: '50'}} | 50 | 66Mi
          """)
  void an_audit_trail_and_its_key_are_in_volumes_of_the_agent_alone(
      String values, String megabytes, String limit) {
    var audit = "audit: {enabled: true, keySecret: signer}";
    var agents = HelmChart.agent(HelmChart.NEW).render(HelmChart.NODE, values, audit);
    var node = Manifests.pod(Manifests.resource(HelmChart.one(agents, "DaemonSet")));
    var policies = new AdmissionPolicies(HelmChart.agent(HelmChart.NEW).render(values, audit));
    var pod = policies.mutate(Pods.read("several-containers"));
    var spec = Pods.strictly(pod).getSpec();
    var sidecarSet = HelmChart.agent(HelmChart.OLD).render(values, audit);

    assertThat(policies.refusals(pod)).isEmpty();
    assertThat(spec.getInitContainers().getFirst()).isEqualTo(HelmChart.sidecar(sidecarSet));
    for (var volumes :
        List.of(node.getVolumes(), spec.getVolumes(), HelmChart.volumesOfSidecar(sidecarSet))) {
      assertThat(volumes)
          .filteredOn(it -> it.getName().equals("kms-agent-audit"))
          .extracting(it -> String.valueOf(it.getEmptyDir().getSizeLimit()))
          .containsExactly(limit);
      assertThat(volumes)
          .filteredOn(it -> it.getName().equals("kms-agent-audit-key"))
          .extracting(it -> it.getSecret().getSecretName())
          .containsExactly("signer");
    }
    assertThat(Stream.of(node, spec).flatMap(Manifests::containers))
        .filteredOn(it -> it.getVolumeMounts().toString().contains("kms-agent-audit"))
        .hasSize(2)
        .allSatisfy(
            it ->
                assertThat(it.getEnv())
                    .filteredOn(env -> env.getName().equals("KMS_AGENT_LOG_AUDITMAXSIZE"))
                    .extracting(env -> env.getValue())
                    .containsExactly(megabytes));
  }

  @Test
  void a_pod_with_another_secret_in_the_place_of_the_audit_key_is_refused() {
    var audit = "audit: {enabled: true, keySecret: signer}";
    var policies = new AdmissionPolicies(HelmChart.agent(HelmChart.NEW).render(audit));
    var own = "spec: {volumes: [{name: kms-agent-audit-key, secret: {secretName: mine}}]}";

    assertThat(policies.refusals(policies.mutate(Pods.patched(Pods.read("plain"), own))))
        .singleElement()
        .asString()
        .endsWith("volume kms-agent-audit-key is not the one of the KMS agent");
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

  @Test
  void labelled_pods_reach_dns_and_tls_alone_and_not_the_metadata() {
    var policies =
        HelmChart.agent(HelmChart.NEW).render("networkPolicy: {namespaces: [shop, pay]}").stream()
            .filter(it -> "NetworkPolicy".equals(it.get("kind")))
            .map(it -> (NetworkPolicy) Manifests.resource(it))
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
    var documents =
        HelmChart.agent(HelmChart.NEW).render(HelmChart.NODE, "podMonitor: {enabled: true}");
    var agents = (DaemonSet) Manifests.resource(HelmChart.one(documents, "DaemonSet"));
    var monitor = Pods.map(HelmChart.one(documents, "PodMonitor"), "spec");

    assertThat(Pods.map(monitor, "selector"))
        .containsEntry("matchLabels", agents.getSpec().getTemplate().getMetadata().getLabels());
    assertThat(monitor).doesNotContainKey("namespaceSelector");
  }

  /** The kubelet counts the time of the hook and that of the agent's end. */
  @ParameterizedTest
  @CsvSource({
    "{}, 5, 20",
    "{settings: {KMS_AGENT_SERVER_SHUTDOWNGRACESECONDS: 60}}, 5, 70",
    "{settings: {KMS_AGENT_SERVER_SHUTDOWNGRACESECONDS: '0'}}, 5, 10",
    "{node: {preStopSeconds: 15}}, 15, 30",
  })
  void the_agent_of_a_node_has_the_time_to_end(String values, long preStop, long grace) {
    var agents = HelmChart.agent(HelmChart.NEW).render(HelmChart.NODE, values);
    var pod = Manifests.pod(Manifests.resource(HelmChart.one(agents, "DaemonSet")));

    assertThat(pod.getTerminationGracePeriodSeconds()).isEqualTo(grace);
    assertThat(pod.getContainers().getFirst().getLifecycle().getPreStop().getSleep().getSeconds())
        .isEqualTo(preStop);
  }

  @Test
  void the_agent_of_a_node_has_no_hook_of_no_time_and_any_surge() {
    var values = "{node: {preStopSeconds: 0, maxSurge: 10%, minReadySeconds: 0}}";
    var agents = HelmChart.agent(HelmChart.NEW).render(HelmChart.NODE, values);
    var set = (DaemonSet) Manifests.resource(HelmChart.one(agents, "DaemonSet"));

    assertThat(Manifests.pod(set).getContainers().getFirst().getLifecycle()).isNull();
    assertThat(set.getSpec().getUpdateStrategy().getRollingUpdate().getMaxSurge().getStrVal())
        .isEqualTo("10%");
  }

  @Test
  void no_affinity_puts_the_agent_of_a_node_on_a_virtual_one() {
    var values =
        """
        node: {nodeSelector: {pool: apps}, affinity: {podAntiAffinity: {}, nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [
            {matchExpressions: [{key: kubernetes.io/arch, operator: In, values: [amd64]}]},
            {matchFields: [{key: metadata.name, operator: In, values: [a]}]}]}}}}
        """;
    var documents = HelmChart.agent(HelmChart.NEW).render(HelmChart.NODE, values);
    var spec = Manifests.pod((DaemonSet) Manifests.resource(HelmChart.one(documents, "DaemonSet")));
    var affinity = spec.getAffinity();
    var terms =
        affinity
            .getNodeAffinity()
            .getRequiredDuringSchedulingIgnoredDuringExecution()
            .getNodeSelectorTerms();

    assertThat(spec.getNodeSelector()).containsExactly(Map.entry("pool", "apps"));
    assertThat(affinity.getPodAntiAffinity()).isNotNull();
    assertThat(terms)
        .hasSize(2)
        .allSatisfy(
            it ->
                assertThat(it.getMatchExpressions())
                    .extracting(NodeSelectorRequirement::getKey)
                    .startsWith("kubernetes.io/os", "type"));
    assertThat(terms.getFirst().getMatchExpressions().getLast().getValues())
        .containsExactly("amd64");
    assertThat(terms.getLast().getMatchFields()).hasSize(1);
  }

  @Test
  void the_authority_of_an_instances_gateway_is_mounted_in_each_mode() {
    var values = "kms: {endpoint: a.example.com, caConfigMap: {name: kms-ca, key: ca.crt}}";
    var agents = HelmChart.agent(HelmChart.NEW).render(HelmChart.NODE, values);
    var node = Manifests.pod(Manifests.resource(HelmChart.one(agents, "DaemonSet")));
    var policies = new AdmissionPolicies(HelmChart.agent(HelmChart.NEW).render(values));
    var pod = Pods.strictly(policies.mutate(Pods.read("plain"))).getSpec();
    var sidecarSet = HelmChart.agent(HelmChart.OLD).render(values);
    var mount = "name=kms-agent-ca, readOnly=true";

    assertThat(Stream.concat(node.getVolumes().stream(), pod.getVolumes().stream()))
        .filteredOn(it -> it.getName().equals("kms-agent-ca"))
        .hasSize(2)
        .containsOnly(HelmChart.volumesOfSidecar(sidecarSet).getLast())
        .allSatisfy(it -> assertThat(it.getConfigMap().getOptional()).isNull())
        .allSatisfy(it -> assertThat(it.toString()).contains("key=ca.crt", "path=ca.pem"));
    assertThat(
            List.of(
                node.getContainers().getFirst(),
                pod.getInitContainers().getFirst(),
                HelmChart.sidecar(sidecarSet)))
        .allSatisfy(it -> assertThat(it.getVolumeMounts().toString()).contains(mount));
    assertThat(HelmChart.sidecar(sidecarSet).getEnv().toString())
        .contains("name=KMS_AGENT_KMS_CAFILE, value=/etc/kms-agent-ca/ca.pem");
    assertThat(HelmChart.one(agents, "ConfigMap").toString())
        .contains("CaFile = \"/etc/kms-agent-ca/ca.pem\"");
  }

  @Test
  void the_key_of_the_agents_is_for_their_group_alone_and_in_a_folder_that_changes_with_it() {
    var agents =
        HelmChart.agent(HelmChart.NEW)
            .render(HelmChart.NODE, "node: {tls: {secretName: kms-agent-tls}}");
    var pod = Manifests.pod(Manifests.resource(HelmChart.one(agents, "DaemonSet")));
    var agent = pod.getContainers().getFirst();
    var secret = pod.getVolumes().getLast().getSecret();

    assertThat(secret.getSecretName()).isEqualTo("kms-agent-tls");
    assertThat(secret.getOptional()).isNull();
    assertThat(secret.getDefaultMode()).isEqualTo(0440);
    assertThat(pod.getSecurityContext().getFsGroup())
        .isEqualTo(agent.getSecurityContext().getRunAsGroup());
    assertThat(agent.getVolumeMounts().getLast().getMountPath()).isEqualTo("/etc/kms-agent-tls");
    assertThat(agent.getVolumeMounts().getLast().getSubPath()).isNull();
    assertThat(HelmChart.one(agents, "ConfigMap").toString())
        .contains("TlsCertificateFile = \"/etc/kms-agent-tls/tls.crt\"")
        .contains("TlsKeyFile = \"/etc/kms-agent-tls/tls.key\"", "TlsRequired = false");
  }

  /** Pods get https at once, and the agents that are there have to take it. */
  @Test
  void no_agent_is_replaced_when_pods_get_the_authorities() {
    var chart = HelmChart.agent(HelmChart.NEW);
    var secret = "{node: {tls: {secretName: kms-agent-tls}}}";
    var before = chart.render(HelmChart.NODE, secret);
    var after =
        chart.render(HelmChart.NODE, secret, "{node: {tls: {caConfigMap: {name: kms-agent-ca}}}}");

    assertThat(HelmChart.one(after, "ConfigMap").toString())
        .isEqualTo(HelmChart.one(before, "ConfigMap").toString())
        .contains("[\"kms-agent.kms-agent.svc.cluster.local.\",\"kms-agent.kms-agent.svc\"]");
    assertThat(HelmChart.one(after, "DaemonSet")).isEqualTo(HelmChart.one(before, "DaemonSet"));
  }

  @Test
  void the_examples_of_certificates_are_for_the_host_and_the_values_that_they_name() {
    var folder = Clone.kubernetes().resolve("tls");
    var issued = Yaml.read(folder.resolve("cert-manager.yaml"));
    var bundle = Yaml.read(folder.resolve("trust-manager.yaml")).getFirst();
    var certificate = Pods.map(issued.getLast(), "spec");
    var values =
        "{node: {tls: {secretName: %s, caConfigMap: {name: %s, key: %s}}}}"
            .formatted(
                certificate.get("secretName"),
                Pods.map(bundle, "metadata").get("name"),
                Pods.map(Pods.map(Pods.map(bundle, "spec"), "target"), "configMap").get("key"));
    var rendered = HelmChart.agent(HelmChart.NEW).render(HelmChart.NODE, values).toString();

    assertThat(Pods.list(certificate, "dnsNames"))
        .contains("kms-agent.kms-agent.svc")
        .allSatisfy(it -> assertThat(rendered).contains("\"" + it));
    assertThat(rendered).contains("https://kms-agent.kms-agent.svc:2025");
    assertThat(issued)
        .extracting(it -> it.get("kind") + " " + Pods.map(it, "metadata").get("namespace"))
        .containsExactly(
            "Issuer kms-agent",
            "Certificate kms-agent",
            "Issuer kms-agent",
            "Certificate kms-agent");
  }

  @Test
  void the_image_is_pulled_with_the_secrets_of_the_values() {
    var secrets = "image: {pullSecrets: [acr]}";
    var node = HelmChart.agent(HelmChart.NEW).render(HelmChart.NODE, secrets);
    var agents = Manifests.resource(HelmChart.one(node, "DaemonSet"));
    var sidecars = HelmChart.agent(HelmChart.OLD).render(secrets);

    assertThat(Manifests.pod(agents).getImagePullSecrets())
        .extracting(it -> it.getName())
        .containsExactly("acr");
    assertThat(HelmChart.one(sidecars, "SidecarSet").get("spec"))
        .extracting("imagePullSecrets")
        .hasToString("[{name=acr}]");
  }

  @Test
  void the_monitor_names_the_port_of_the_sidecar() {
    var documents = HelmChart.agent(HelmChart.OLD).render("podMonitor: {enabled: true}");
    var port = HelmChart.sidecar(documents).getPorts().getFirst().getName();

    assertThat(HelmChart.one(documents, "PodMonitor").toString())
        .contains("apiVersion=monitoring.coreos.com/v1", "port=" + port, "path=/metrics")
        .contains("kms-agent/inject=true");
  }

  /** The agent is added to its pod, by the API server and by OpenKruise. */
  @Test
  void the_values_of_the_page_on_the_first_secret_fit_its_deployment() {
    var page = MarkdownPage.read(Clone.root().resolve("docs/first-secret.md"));
    var code = page.code("yaml").toList();
    var deployment = Yaml.parse(code.get(1)).getFirst();
    assertThat(Manifests.resource(deployment)).isNotNull();
    var template = Pods.map(Pods.map(deployment, "spec"), "template");
    var pod = Pods.patched(template, "{apiVersion: v1, kind: Pod}");
    var policies = Yaml.parse(HelmChart.agent(HelmChart.NEW).text(code.getFirst()));
    var sidecarSet = Yaml.parse(HelmChart.agent(HelmChart.OLD).text(code.getFirst()));
    var mutated = new AdmissionPolicies(policies).mutate(pod);
    var injected = HelmChart.inject(sidecarSet, pod);

    assertThat(new AdmissionPolicies(policies).refusals(mutated)).isEmpty();
    assertThat(new AdmissionPolicies(sidecarSet).refusals(injected)).isEmpty();
    assertThat(Stream.of(mutated, injected).map(it -> Pods.strictly(it).getSpec()))
        .allSatisfy(
            spec ->
                assertThat(spec.getInitContainers())
                    .singleElement()
                    .matches(it -> it.getName().equals("kms-agent"))
                    .matches(it -> it.getImage().contains("/NAMESPACE/kms-agent:")));
  }

  /** Their address and audience are those that the chart gives to labelled pods. */
  @Test
  void the_stores_of_the_page_on_kubernetes_secrets_read_from_the_agent_of_a_node() {
    var page = MarkdownPage.read(Clone.root().resolve("docs/kubernetes-secrets.md"));
    var documents = page.code("yaml").flatMap(it -> Yaml.parse(it).stream()).toList();
    var url = "http://kms-agent.kms-agent.svc.cluster.local.:2025";
    var volume = Pods.map(HelmChart.one(documents, "SecretProviderClass"), "spec");
    var objects = "objects:\n" + Pods.map(volume, "parameters").get("objects");

    assertThat(HelmChart.agent(HelmChart.NEW).render(HelmChart.NODE).toString()).contains(url);
    assertThat(kinds(documents))
        .containsExactly("SecretStore", "ExternalSecret", "SecretProviderClass");
    assertThat(documents.toString())
        .contains("server=" + url, "audiences=[sts.aliyuncs.com]", "path=secret", "key=app/db")
        .contains("vaultAddress=" + url, "audience=sts.aliyuncs.com");
    assertThat(Pods.maps(Yaml.parse(objects).getFirst(), "objects"))
        .singleElement()
        .hasToString("{objectName=db-password, secretPath=secret/data/app/db, secretKey=password}");
  }
}
