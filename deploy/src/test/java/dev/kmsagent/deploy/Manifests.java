package dev.kmsagent.deploy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.stream.Stream;

/** The manifests of the clone as resources of Kubernetes, and what is looked for in them. */
final class Manifests {
  private Manifests() {}

  /** The resources of a file, by its path under {@code deploy/kubernetes}. */
  static List<HasMetadata> read(String file) {
    return Yaml.read(Clone.kubernetes().resolve(file)).stream()
        .map(KubernetesModel::resource)
        .toList();
  }

  /** The one resource of a type in a file. */
  static <T extends HasMetadata> T one(String file, Class<T> type) {
    return one(read(file), type);
  }

  static <T extends HasMetadata> T one(List<HasMetadata> resources, Class<T> type) {
    var found = resources.stream().filter(type::isInstance).map(type::cast).toList();
    if (found.size() != 1) {
      throw new AssertionError("%d of %s".formatted(found.size(), type.getSimpleName()));
    }
    return found.getFirst();
  }

  /** The YAML files under {@code deploy/kubernetes}, by their paths there. */
  static Stream<String> files() {
    return Clone.files(Clone.kubernetes(), 9, ".yaml").stream()
        .map(file -> Clone.kubernetes().relativize(file).toString());
  }

  /** What a workload runs. */
  static PodSpec pod(HasMetadata workload) {
    return switch (workload) {
      case Deployment deployment -> deployment.getSpec().getTemplate().getSpec();
      case DaemonSet daemonSet -> daemonSet.getSpec().getTemplate().getSpec();
      default -> throw new AssertionError("It has no pod: " + workload.getKind());
    };
  }

  static Stream<Container> containers(PodSpec pod) {
    return Stream.concat(pod.getInitContainers().stream(), pod.getContainers().stream());
  }

  static Container container(PodSpec pod, String name) {
    return containers(pod)
        .filter(container -> container.getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("There is no container " + name));
  }
}
