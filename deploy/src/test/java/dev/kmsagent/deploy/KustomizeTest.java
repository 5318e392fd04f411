package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.nio.file.Files;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The overlays, as Kustomize renders them. */
final class KustomizeTest {
  private static List<HasMetadata> rendered(String overlay) {
    assumeTrue(Command.isThere("kustomize"), "there is no kustomize; Debian has it");
    var folder = Clone.kubernetes().resolve(overlay).toString();
    return Yaml.parse(Command.of("kustomize", "build", folder).run().outputOfSuccess()).stream()
        .map(KubernetesModel::resource)
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev", "prod"})
  void an_overlay_is_a_namespace_with_all_that_the_agent_needs(String name) {
    var resources = rendered("overlays/" + name);
    var deployment = Manifests.one(resources, Deployment.class);

    assertThat(resources.stream().map(HasMetadata::getKind))
        .contains("Namespace", "ServiceAccount", "ConfigMap", "Deployment", "NetworkPolicy");
    assertThat(resources)
        .filteredOn(resource -> !(resource instanceof Namespace))
        .allMatch(resource -> resource.getMetadata().getNamespace().equals("rrsa-" + name));
    assertThat(Hardening.broken(Manifests.pod(deployment))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev", "prod"})
  void no_image_and_no_role_of_the_base_is_left(String name) {
    var pod = Manifests.pod(Manifests.one(rendered("overlays/" + name), Deployment.class));
    var agent = Manifests.container(pod, "kms-agent");

    assertThat(Manifests.containers(pod)).allMatch(it -> it.getImage().contains("/NAMESPACE/"));
    assertThat(agent.getEnv())
        .filteredOn(variable -> variable.getName().startsWith("ALIBABA_CLOUD_"))
        .hasSize(3)
        .noneMatch(variable -> variable.getValue().equals("set-by-overlay"));
    assertThat(agent.getEnv())
        .anyMatch(variable -> Objects.equals(variable.getValue(), role(name)));
  }

  private static String role(String name) {
    return "acs:ram::UID:role/" + name + "-role-for-rrsa";
  }

  /** So that a change of it reaches the pods. */
  @Test
  void the_pod_names_the_configuration_with_its_hash() {
    var resources = rendered("overlays/dev");
    var name = Manifests.one(resources, ConfigMap.class).getMetadata().getName();

    assertThat(name).matches("kms-agent-[a-z0-9]{10}");
    assertThat(Manifests.pod(Manifests.one(resources, Deployment.class)).getVolumes())
        .anyMatch(
            volume ->
                volume.getConfigMap() != null && volume.getConfigMap().getName().equals(name));
  }

  @Test
  void the_overlays_differ_where_dev_and_prod_do() {
    assertThat(Manifests.one(rendered("overlays/dev"), Deployment.class).getSpec().getReplicas())
        .isEqualTo(1);
    assertThat(Manifests.one(rendered("overlays/prod"), Deployment.class).getSpec().getReplicas())
        .isEqualTo(3);
  }

  /** Where there is no Kustomize, too. */
  @ParameterizedTest
  @ValueSource(strings = {"hardened", "overlays/dev", "overlays/prod"})
  void what_a_kustomization_names_is_there(String folder) {
    var place = Clone.kubernetes().resolve(folder);
    var resources = Yaml.read(place.resolve("kustomization.yaml")).getFirst().get("resources");

    assertThat((List<?>) resources)
        .isNotEmpty()
        .allMatch(resource -> Files.exists(place.resolve((String) resource)));
  }
}
