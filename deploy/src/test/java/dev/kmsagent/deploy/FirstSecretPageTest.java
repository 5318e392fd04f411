package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page that leads to a first secret: its chart takes its pod, and its commands are tested. */
final class FirstSecretPageTest {
  private static final String PAGE = "docs/first-secret.md";

  private static Stream<String> code(String page, String language) {
    return MarkdownPage.read(Clone.root().resolve(page)).code(language);
  }

  private static List<Map<String, Object>> chart(String kubernetes) {
    var values = code(PAGE, "yaml").findFirst().orElseThrow();
    return Yaml.parse(HelmChart.agent(kubernetes).text(values));
  }

  /** What the Deployment of the page makes. */
  private static Map<String, Object> pod() {
    var deployment = Yaml.parse(code(PAGE, "yaml").skip(1).findFirst().orElseThrow()).getFirst();
    assertThat(Manifests.resource(deployment)).isNotNull();
    var template = Pods.map(Pods.map(deployment, "spec"), "template");
    return Pods.patched(template, "{apiVersion: v1, kind: Pod}");
  }

  @Test
  void the_agent_is_added_to_the_pod_by_the_api_server_and_by_openkruise() {
    var policies = new AdmissionPolicies(chart(HelmChart.NEW));
    var sidecarset = chart(HelmChart.OLD);
    var mutated = policies.mutate(pod());
    var injected = SidecarSets.inject(sidecarset, pod());

    assertThat(policies.refusals(mutated)).isEmpty();
    assertThat(new AdmissionPolicies(sidecarset).refusals(injected)).isEmpty();
    assertThat(Pods.strictly(injected).getSpec().getInitContainers()).hasSize(1);
    assertThat(Pods.strictly(mutated).getSpec().getInitContainers())
        .singleElement()
        .matches(it -> it.getName().equals("kms-agent"))
        .matches(it -> it.getImage().contains("/NAMESPACE/kms-agent:"));
  }

  /** A booted host runs those of systemd.md. */
  @Test
  void the_commands_on_a_host_are_those_of_the_page_on_systemd() {
    var tested = code("docs/systemd.md", "sh").flatMap(String::lines).map(String::strip).toList();
    var host = code(PAGE, "sh").filter(it -> it.contains("/environment")).findFirst().orElseThrow();

    assertThat(host.lines().flatMap(line -> Stream.of(line.split(" +# or ", -1))))
        .isNotEmpty()
        .allMatch(tested::contains);
  }
}
