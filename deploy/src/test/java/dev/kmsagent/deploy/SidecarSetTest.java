package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The SidecarSet: what it has of Kubernetes against that model, what is its own by its name. */
final class SidecarSetTest {
  private static final List<Map<String, Object>> CHART =
      HelmChart.agent(HelmChart.OLD).render("{}");
  private static final AdmissionPolicies POLICIES = new AdmissionPolicies(CHART);

  private final Map<String, Object> spec = Pods.map(SidecarSets.of(CHART), "spec");

  @Test
  void it_is_of_openkruise_and_of_no_namespace() {
    assertThat(SidecarSets.of(CHART))
        .containsOnlyKeys("apiVersion", "kind", "metadata", "spec")
        .containsEntry("apiVersion", "apps.kruise.io/v1alpha1");
    assertThat(Pods.map(SidecarSets.of(CHART), "metadata")).containsOnlyKeys("name");
    assertThat(spec)
        .containsOnlyKeys(
            "selector", "namespaceSelector", "updateStrategy", "initContainers", "volumes");
    assertThat(Pods.map(spec, "updateStrategy")).containsExactly(Map.entry("type", "NotUpdate"));
    assertThat(Pods.list(spec, "initContainers").getFirst().toString())
        .contains("podInjectPolicy=BeforeAppContainer");
  }

  @Test
  void it_selects_labelled_pods_outside_of_the_systems_namespaces() {
    var pods = KubernetesModel.part(Pods.map(spec, "selector"), LabelSelector.class);
    var namespaces = KubernetesModel.part(Pods.map(spec, "namespaceSelector"), LabelSelector.class);

    assertThat(pods.getMatchLabels()).containsExactly(Map.entry("kms-agent/inject", "true"));
    assertThat(namespaces.getMatchExpressions().getFirst().getValues()).contains("kube-system");
  }

  /** Both ways add the same. */
  @Test
  void its_container_and_volumes_are_those_of_the_mutating_policy() {
    var policies = new AdmissionPolicies(HelmChart.agent(HelmChart.NEW).render("{}"));
    var mutated = Pods.strictly(policies.mutate(Pods.read("plain"))).getSpec();
    var volumes =
        Pods.list(spec, "volumes").stream()
            .map(it -> KubernetesModel.part(it, Volume.class))
            .toList();

    assertThat(SidecarSets.agent(CHART)).isEqualTo(mutated.getInitContainers().getFirst());
    assertThat(volumes).isEqualTo(mutated.getVolumes());
    assertThat(Hardening.broken(SidecarSets.agent(CHART))).isEmpty();
  }

  @Test
  void a_pod_whose_template_has_the_mount_is_admitted() {
    var pod = SidecarSets.inject(CHART, Pods.read("sidecarset"));

    assertThat(POLICIES.refusals(pod)).isEmpty();
    assertThat(Pods.strictly(pod).getSpec().getVolumes())
        .extracting(Volume::getName)
        .containsExactly("kms-agent-token", "kms-agent-identity");
  }

  @Test
  void a_pod_whose_template_lacks_it_is_refused_with_the_reason() {
    assertThat(POLICIES.refusals(SidecarSets.inject(CHART, Pods.read("plain"))))
        .singleElement()
        .asString()
        .contains("with a SidecarSet the pod template has both");
  }

  @Test
  void a_pod_that_openkruise_did_not_reach_is_refused() {
    assertThat(POLICIES.refusals(Pods.read("sidecarset")))
        .singleElement()
        .asString()
        .contains("has no KMS agent: see the SidecarSet");
  }

  @Test
  void a_pod_with_a_second_agent_is_refused() {
    assertThat(POLICIES.refusals(SidecarSets.inject(CHART, Pods.read("agent-as-container"))))
        .anyMatch(it -> it.contains("the pod has another agent"));
  }

  /** OpenKruise does not look for conflicts, and keeps volumes that the pod has. */
  @ParameterizedTest
  @CsvSource({
    "host-network, hostNetwork",
    "own-port, has port 2025",
    "own-variable, another variable KMS_TOKEN",
    "own-identity-volume, volume kms-agent-identity is not the one",
    "own-volume, volume kms-agent-token is not the one",
  })
  void a_pod_with_a_conflict_is_refused_whatever_the_policy(String name, String reason) {
    var chart =
        HelmChart.agent(HelmChart.OLD)
            .render("{conflictPolicy: LeaveAlone, failurePolicy: Ignore}");

    assertThat(new AdmissionPolicies(chart).refusals(SidecarSets.inject(chart, Pods.read(name))))
        .anyMatch(it -> it.contains(reason));
  }

  @Test
  void settings_are_checked_in_the_same_way() {
    assertThat(POLICIES.refusals(SidecarSets.inject(CHART, Pods.read("role-with-a-command"))))
        .anyMatch(it -> it.contains("annotation kms-agent/role must be"));
  }
}
