package dev.kmsagent.deploy;

import static java.util.Objects.requireNonNull;

import io.fabric8.kubernetes.api.model.Pod;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Pods as applications have them, and what is looked for in them. */
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
    return isNamed ? pod : with(pod, name, "metadata", "name");
  }

  /** With a patch: what is null there goes, what is no object replaces. */
  private static Map<String, Object> merged(Map<String, Object> pod, Map<String, Object> patch) {
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

  /** As a type of the API, strictly. */
  static Pod strictly(Map<String, Object> pod) {
    return (Pod) KubernetesModel.resource(pod);
  }

  /** Another pod with a part of it replaced: what stands at a path of fields. */
  static Map<String, Object> with(Map<String, Object> pod, Object value, String... path) {
    var copy = new LinkedHashMap<>(pod);
    var rest = List.of(path).subList(1, path.length).toArray(String[]::new);
    copy.put(path[0], rest.length == 0 ? value : with(map(pod, path[0]), value, rest));
    return copy;
  }

  /** The same with one more item at the end of a list of its spec. */
  static Map<String, Object> plus(Map<String, Object> pod, String list, Object item) {
    var items = new ArrayList<>(list(map(pod, "spec"), list));
    items.add(item);
    return with(pod, items, "spec", list);
  }

  @SuppressWarnings("unchecked") // other keys than names are not in a pod
  static Map<String, Object> map(Map<String, Object> parent, String field) {
    return (Map<String, Object>) parent.getOrDefault(field, Map.of());
  }

  /** The first of a list of containers. */
  @SuppressWarnings("unchecked") // a container is a map
  static Map<String, Object> first(Map<String, Object> pod, String list) {
    return (Map<String, Object>) list(map(pod, "spec"), list).getFirst();
  }

  static List<Object> list(Map<String, Object> parent, String field) {
    return List.copyOf((List<?>) requireNonNull(parent.getOrDefault(field, List.of())));
  }
}
