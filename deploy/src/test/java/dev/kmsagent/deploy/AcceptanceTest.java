package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The acceptance run: what it would do in a cluster, and what it says where it cannot. */
final class AcceptanceTest {
  private static final Path SCRIPT = Clone.deploy().resolve("acceptance");
  private static final Path VALUES = Clone.deploy().resolve("helm/rendered-values.yaml");

  /** What a command reads from standard input stands below it. */
  private static final Pattern MANIFEST =
      Pattern.compile("(?m)^\\$ kubectl .* -f -\n((?:[^$].*\n)+)");

  private static final String CLUSTER =
      """
      #!/bin/sh
      case "$*" in
        version*) echo '{"serverVersion": {' && echo '"minor": "36", "gitVersion": "v1.36.2-1234567890123456"' ;;
        *raw*) echo '"mutatingadmissionpolicies"' ;;
        *customresourcedefinition*) echo 'Error: "x" not found' && exit 1 ;;
        *deployment*) exit 1 ;;
      esac
      """;

  private static SystemCommand script(String... options) {
    return SystemCommand.of(SCRIPT)
        .and((Object[]) options)
        .and("shop", VALUES, "app/db", "orders", "client:1");
  }

  @ParameterizedTest
  @CsvSource({"MutatingAdmissionPolicy, 2", "SidecarSet, 1", "Node, 1"})
  void the_policies_of_each_mode_give_its_clients_the_agent_and_refuse_other_pods(
      String mode, int pods) {
    var printed = script("--print").and(mode).run().outputOfSuccess();
    var release = printed.replaceAll("(?s).*?--install (\\S+) .*", "$1");
    var isNew = !mode.equals("SidecarSet");
    var own = "{mode: %s, label: %s/inject, annotationPrefix: %2$s}".formatted(mode, release);
    var chart = HelmChart.agent(isNew ? HelmChart.NEW : HelmChart.OLD).render(HelmChart.NODE, own);
    var policies = new AdmissionPolicies(chart);
    var manifests =
        MANIFEST.matcher(printed).results().map(it -> Yaml.parse(it.group(1)).getFirst()).toList();

    assertThat(printed)
        .contains("mode=" + mode + ",label=" + release + "/inject,annotationPrefix=" + release);
    assertThat(manifests)
        .filteredOn(it -> "Deployment".equals(it.get("kind")))
        .isNotEmpty()
        .allSatisfy(it -> assertThat(Manifests.resource(it)).isNotNull())
        .map(AcceptanceTest::pod)
        .allSatisfy(
            pod -> {
              var made = isNew ? policies.mutate(pod) : HelmChart.inject(chart, pod);
              assertThat(policies.refusals(made)).isEmpty();
              assertThat(made).isNotEqualTo(pod);
            });
    assertThat(manifests)
        .filteredOn(it -> "Pod".equals(it.get("kind")))
        .hasSize(pods)
        .allSatisfy(it -> assertThat(Manifests.resource(it)).isNotNull())
        .map(it -> String.valueOf(policies.refusals(it)))
        .allMatch(it -> it.contains("the agent runs on Linux") || it.contains("role is missing"));
  }

  private static Map<String, Object> pod(Map<String, Object> deployment) {
    var template = Pods.map(Pods.map(deployment, "spec"), "template");
    return Pods.patched(
        template, "{apiVersion: v1, kind: Pod, metadata: {name: client, namespace: shop}}");
  }

  @Test
  void every_mode_is_tried_and_its_release_taken_away() {
    var printed = script("--print").run().outputOfSuccess();

    assertThat(printed.lines().filter(it -> it.contains("rollout status daemonset/"))).hasSize(4);
    for (var mode : List.of("mutating", "sidecars", "node")) {
      assertThat(printed)
          .contains("--install kms-acceptance-" + mode, "helm uninstall kms-acceptance-" + mode);
    }
  }

  @Test
  void what_is_missing_is_skipped_by_name_and_the_report_has_no_account(@TempDir Path folder)
      throws IOException {
    var _ = SystemCommand.program(folder.resolve("kubectl"), CLUSTER);
    var _ = SystemCommand.program(folder.resolve("helm"), "#!/bin/sh\nexit 1\n");
    var report = folder.resolve("report.txt");
    var run =
        script("--report", report.toString())
            .with("PATH", folder + ":" + System.getenv("PATH"))
            .run();

    assertThat(run.status()).isEqualTo(1);
    assertThat(Files.readString(report))
        .contains("Kubernetes v1.36.2-ACCOUNT", "skipped  SidecarSet: OpenKruise is not there")
        .contains("FAILED   Node: the chart cannot be installed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--prnt", "--print Both", "--report", "--print"})
  void a_mistyped_call_is_told_what_there_is(String words) {
    var run = SystemCommand.of(SCRIPT).and((Object[]) words.split(" ")).run();
    var both = script("--print").and("Both").run();

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.errors()).containsAnyOf("--help", "Usage:");
    assertThat(both.errors()).contains("Both is no mode: MutatingAdmissionPolicy, SidecarSet and");
  }
}
