package dev.kmsagent.deploy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EmptyDirVolumeSource;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/** What a pod with the agent keeps to, the standard "restricted" of Kubernetes and more. */
final class Hardening {
  private static final Map<String, Predicate<PodSpec>> OF_PODS = new LinkedHashMap<>();
  private static final Map<String, Predicate<Container>> OF_CONTAINERS = new LinkedHashMap<>();

  static {
    OF_PODS.put(
        "no token of the API server",
        pod -> Objects.equals(pod.getAutomountServiceAccountToken(), false));
    OF_PODS.put(
        "no variables of services", pod -> Objects.equals(pod.getEnableServiceLinks(), false));
    OF_PODS.put("not root", pod -> isTrue(pod.getSecurityContext().getRunAsNonRoot()));
    OF_PODS.put("seccomp", Hardening::hasSeccomp);
    OF_PODS.put("the token in memory", Hardening::keepsTokenInMemory);
    OF_CONTAINERS.put(
        "read-only root", container -> isTrue(rights(container).getReadOnlyRootFilesystem()));
    OF_CONTAINERS.put(
        "no privileges",
        container -> Objects.equals(rights(container).getAllowPrivilegeEscalation(), false));
    OF_CONTAINERS.put("no capabilities", Hardening::hasNoCapability);
    OF_CONTAINERS.put("a user in digits", container -> rights(container).getRunAsUser() != null);
    OF_CONTAINERS.put("bounded memory", Hardening::hasBoundedMemory);
  }

  private Hardening() {}

  /** The rules that it breaks. */
  static List<String> broken(PodSpec pod) {
    var broken = new ArrayList<String>();
    OF_PODS.forEach((rule, kept) -> note(broken, kept.test(pod), rule));
    Manifests.containers(pod)
        .forEach(
            container ->
                OF_CONTAINERS.forEach(
                    (rule, kept) ->
                        note(broken, kept.test(container), container.getName() + ": " + rule)));
    return broken;
  }

  /** The same for a container alone. */
  static List<String> broken(Container container) {
    var broken = new ArrayList<String>();
    OF_CONTAINERS.forEach((rule, kept) -> note(broken, kept.test(container), rule));
    return broken;
  }

  private static void note(List<String> broken, boolean kept, String rule) {
    if (!kept) {
      broken.add(rule);
    }
  }

  private static boolean hasSeccomp(PodSpec pod) {
    var profile = pod.getSecurityContext().getSeccompProfile();
    return profile != null && "RuntimeDefault".equals(profile.getType());
  }

  private static boolean keepsTokenInMemory(PodSpec pod) {
    return pod.getVolumes().stream()
        .filter(volume -> volume.getName().equals("kms-agent-token"))
        .map(Volume::getEmptyDir)
        .map(EmptyDirVolumeSource::getMedium)
        .anyMatch("Memory"::equals);
  }

  private static boolean hasNoCapability(Container container) {
    var capabilities = rights(container).getCapabilities();
    return capabilities != null
        && capabilities.getDrop().contains("ALL")
        && capabilities.getAdd().isEmpty();
  }

  private static boolean hasBoundedMemory(Container container) {
    var resources = container.getResources();
    return resources.getRequests().keySet().containsAll(List.of("cpu", "memory"))
        && resources.getLimits() != null
        && resources.getLimits().get("memory") != null;
  }

  private static SecurityContext rights(Container container) {
    return container.getSecurityContext();
  }

  private static boolean isTrue(Boolean value) {
    return Boolean.TRUE.equals(value);
  }
}
