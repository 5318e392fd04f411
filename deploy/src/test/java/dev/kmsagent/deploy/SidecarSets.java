package dev.kmsagent.deploy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The SidecarSet of a rendered chart, and what OpenKruise 1.8 and later make of it. */
final class SidecarSets {
  private SidecarSets() {}

  private static Map<String, Object> spec(List<Map<String, Object>> documents) {
    return Pods.map(HelmChart.one(documents, "SidecarSet"), "spec");
  }

  @SuppressWarnings("unchecked") // a container is a map
  private static Map<String, Object> container(List<Map<String, Object>> documents) {
    var declared = Pods.list(spec(documents), "initContainers").getFirst();
    var container = new TreeMap<>((Map<String, Object>) declared);
    container.remove("podInjectPolicy");
    return container;
  }

  /** Its container, as one of Kubernetes. */
  static Container agent(List<Map<String, Object>> documents) {
    return Manifests.part(container(documents), Container.class);
  }

  static List<Volume> volumes(List<Map<String, Object>> documents) {
    return Pods.list(spec(documents), "volumes").stream()
        .map(it -> Manifests.part(it, Volume.class))
        .toList();
  }

  /**
   * A pod after injection: the container first, with a variable that OpenKruise adds; the volumes
   * whose names the pod does not have yet. Nothing else of a pod changes.
   */
  static Map<String, Object> inject(List<Map<String, Object>> documents, Map<String, Object> pod) {
    var agent = container(documents);
    var env = new ArrayList<>(Pods.list(agent, "env"));
    env.add(Map.of("name", "IS_INJECTED", "value", "true"));
    agent.put("env", env);
    var containers = new ArrayList<Object>(List.of(agent));
    containers.addAll(Pods.list(Pods.map(pod, "spec"), "initContainers"));
    var volumes = new ArrayList<>(Pods.list(Pods.map(pod, "spec"), "volumes"));
    var names = volumes.stream().map(it -> ((Map<?, ?>) it).get("name")).toList();
    Pods.list(spec(documents), "volumes").stream()
        .filter(it -> !names.contains(((Map<?, ?>) it).get("name")))
        .forEach(volumes::add);
    var spec = Map.of("volumes", volumes, "initContainers", containers);
    return Pods.merged(pod, Map.of("spec", spec));
  }
}
