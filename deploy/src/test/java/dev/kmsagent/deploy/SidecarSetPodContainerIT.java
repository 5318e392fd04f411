package dev.kmsagent.deploy;

import java.util.List;
import java.util.Map;

/** With the SidecarSet: the application's template has the token's volume, mount and variable. */
final class SidecarSetPodContainerIT extends InjectedPod {
  SidecarSetPodContainerIT() {
    super("kms-agent-sidecarset", HelmChart.OLD);
  }

  @Override
  Map<String, Object> inject(List<Map<String, Object>> chart, Map<String, Object> application) {
    return SidecarSets.inject(chart, application);
  }
}
