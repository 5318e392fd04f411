package dev.kmsagent.deploy;

import static java.util.Objects.requireNonNull;

import io.fabric8.kubernetes.api.model.Pod;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Pods as applications have them, and patches of them. */
final class Pods {
  private static final Map<String, Object> ALL =
      Yaml.read(Path.of("src/test/resources/pods.yaml")).getFirst();

  private Pods() {}

  static Stream<String> names() {
    return ALL.keySet().stream();
  }

  /** One of them, by its name there. */
  static Map<String, Object> read(String name) {
    var pod = merged(map(ALL, "plain"), map(ALL, name));
    var isNamed = map(pod, "metadata").containsKey("generateName");
    return isNamed ? pod : patched(pod, "metadata: {name: " + name + "}");
  }

  /** With a patch in YAML: what is null there goes, what is no object replaces (RFC 7386). */
  static Map<String, Object> patched(Map<String, Object> pod, String patch) {
    return merged(pod, Yaml.parse(patch).getFirst());
  }

  static Map<String, Object> merged(Map<String, Object> pod, Map<String, Object> patch) {
    var copy = new LinkedHashMap<>(pod);
    for (var field : patch.keySet()) {
      switch (patch.get(field)) {
        case null -> copy.remove(field);
        case Map<?, ?> _ -> copy.put(field, merged(map(pod, field), map(patch, field)));
        default -> copy.put(field, patch.get(field));
      }
    }
    return copy;
  }

  /** With one more container, in YAML. */
  static Map<String, Object> plus(Map<String, Object> pod, String container) {
    var containers = new ArrayList<>(list(map(pod, "spec"), "containers"));
    containers.addAll(Yaml.parse(container));
    return merged(pod, Map.of("spec", Map.of("containers", containers)));
  }

  /** As a type of the API, strictly. */
  static Pod strictly(Map<String, Object> pod) {
    return (Pod) Manifests.resource(pod);
  }

  @SuppressWarnings("unchecked") // other keys than names are not in a pod
  static Map<String, Object> map(Map<String, Object> parent, String field) {
    return (Map<String, Object>) parent.getOrDefault(field, Map.of());
  }

  static List<Object> list(Map<String, Object> parent, String field) {
    return List.copyOf((List<?>) requireNonNull(parent.getOrDefault(field, List.of())));
  }

  @SuppressWarnings("unchecked") // as map
  static List<Map<String, Object>> maps(Map<String, Object> parent, String field) {
    return (List<Map<String, Object>>) requireNonNull(parent.getOrDefault(field, List.of()));
  }
}
