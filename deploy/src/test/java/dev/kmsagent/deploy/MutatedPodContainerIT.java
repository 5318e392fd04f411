package dev.kmsagent.deploy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** With the mutating policy: the application's template has nothing but label and annotation. */
final class MutatedPodContainerIT extends InjectedPod {
  MutatedPodContainerIT() {
    super("kms-agent-mutated", HelmChart.NEW);
  }

  @Override
  Map<String, Object> inject(List<Map<String, Object>> chart, Map<String, Object> application) {
    var container = new LinkedHashMap<String, Object>(Pods.first(application, "containers"));
    container.remove("env");
    container.remove("volumeMounts");
    var bare = Pods.with(application, List.of(container), "spec", "containers");
    return new AdmissionPolicies(chart).mutate(Pods.with(bare, List.of(), "spec", "volumes"));
  }
}
