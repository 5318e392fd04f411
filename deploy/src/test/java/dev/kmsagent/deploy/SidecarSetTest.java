package dev.kmsagent.deploy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The SidecarSet: what it has of Kubernetes against that model, what is its own by its name. */
final class SidecarSetTest {
  /** The fields that a container has in a SidecarSet and nowhere else. */
  private static final List<String> OWN =
      List.of("podInjectPolicy", "upgradeStrategy", "shareVolumePolicy", "transferEnv");

  private final Map<String, Object> set =
      Yaml.read(Clone.kubernetes().resolve("sidecarset/sidecarset.yaml")).getFirst();
  private final Map<String, Object> spec = map(set.get("spec"));

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(@Nullable Object value) {
    return (Map<String, Object>) requireNonNull(value);
  }

  private static List<Object> list(@Nullable Object value) {
    return List.copyOf((List<?>) requireNonNull(value));
  }

  private Map<String, Object> declared() {
    return map(list(spec.get("containers")).getFirst());
  }

  private Container agent() {
    var container = new TreeMap<>(declared());
    container.keySet().removeAll(OWN);
    return KubernetesModel.part(container, Container.class);
  }

  @Test
  void it_is_of_openkruise_and_of_no_namespace() {
    assertThat(set)
        .containsOnlyKeys("apiVersion", "kind", "metadata", "spec")
        .containsEntry("apiVersion", "apps.kruise.io/v1alpha1")
        .containsEntry("kind", "SidecarSet");
    assertThat(map(set.get("metadata"))).containsOnlyKeys("name");
    assertThat(spec)
        .containsOnlyKeys("namespace", "selector", "updateStrategy", "containers", "volumes");
    assertThat(map(spec.get("updateStrategy"))).containsExactly(Map.entry("type", "NotUpdate"));
    assertThat(declared()).containsEntry("podInjectPolicy", "BeforeAppContainer");
  }

  @Test
  void its_container_and_volumes_are_those_of_a_pod() {
    var volumes =
        list(spec.get("volumes")).stream()
            .map(volume -> KubernetesModel.part(volume, Volume.class).getName())
            .toList();

    assertThat(agent().getVolumeMounts())
        .isNotEmpty()
        .allSatisfy(mount -> assertThat(volumes).contains(mount.getName()));
    assertThat(Hardening.broken(agent())).isEmpty();
  }

  /** A shell that stays process 1 would keep SIGTERM from the agent. */
  @Test
  void the_shell_gives_its_place_to_the_agent() {
    assertThat(agent().getCommand().getLast())
        .contains("token --keep /var/run/kmstoken/token && exec ./alibabacloud-kms-agent agent");
  }

  @Test
  void it_selects_the_pods_of_the_application_beside_it() {
    var application = Manifests.one("sidecarset/deployment.yaml", Deployment.class);
    var selector = KubernetesModel.part(map(spec.get("selector")), LabelSelector.class);
    var pod = application.getSpec().getTemplate();

    assertThat(pod.getMetadata().getLabels()).containsAllEntriesOf(selector.getMatchLabels());
    assertThat(spec).containsEntry("namespace", application.getMetadata().getNamespace());
    assertThat(pod.getSpec().getVolumes())
        .allSatisfy(shared -> assertThat(list(spec.get("volumes"))).contains(plain(shared)));
  }

  private static Map<String, Object> plain(Volume volume) {
    return Map.of(
        "name",
        volume.getName(),
        "emptyDir",
        Map.of("medium", volume.getEmptyDir().getMedium(), "sizeLimit", "1Mi"));
  }
}
