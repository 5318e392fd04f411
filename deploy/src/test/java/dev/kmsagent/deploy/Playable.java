package dev.kmsagent.deploy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HostPathVolumeSource;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecretVolumeSourceBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A pod as Podman can play it. What Podman has no notion of is given as the kubelet would give it:
 * a token of the service account as a Secret, an emptyDir as a folder of the host, an annotation or
 * the node that a variable refers to as its text, a native sidecar as the first container. Probes
 * are left to the test, since Podman asks from inside the container, by a program that is not
 * there.
 */
final class Playable {
  /** The name of the node on which all pods are. */
  static final String NODE = "node-1";

  private final String name;
  private final PodSpec spec;
  private final Map<String, String> annotations;

  /** What it refers to, by name. */
  private final Map<String, Map<String, Object>> others = new LinkedHashMap<>();

  Playable(String name, PodSpec spec, Map<String, String> annotations) {
    this.name = name;
    this.spec = spec;
    this.annotations = annotations;
    Manifests.containers(spec)
        .forEach(it -> it.setImage(isApplication(it) ? Images.application() : Images.agent()));
  }

  private static boolean isApplication(Container container) {
    return container.getName().equals("my-app");
  }

  private Container agent() {
    return Manifests.containers(spec).filter(it -> !isApplication(it)).findFirst().orElseThrow();
  }

  Playable image(String agent) {
    agent().setImage(agent);
    return this;
  }

  /** With a variable of the agent, in the place of another of this name. */
  Playable with(String variable, String value) {
    agent().getEnv().removeIf(it -> it.getName().equals(variable));
    agent().getEnv().add(new EnvVar(variable, value, null));
    return this;
  }

  /** With this cloud for the agent. */
  Playable in(HostCloud cloud) {
    cloud.variables("/etc/authority/ca.pem").forEach(this::with);
    var authority = name + "-authority";
    resource("ConfigMap", authority, "data", Map.of("ca.pem", cloud.authority()));
    mount("authority", "{configMap: {name: " + authority + "}}", "/etc/authority");
    return this;
  }

  /** With a ConfigMap or a Secret. */
  Playable resource(String kind, String resource, String field, Map<String, String> files) {
    var metadata = Map.of("name", resource);
    others.put(
        resource, Map.of("apiVersion", "v1", "kind", kind, "metadata", metadata, field, files));
    return this;
  }

  /** With these files from the platform in a volume for a token, or for a service account. */
  Playable secret(Map<String, String> files) {
    return resource("Secret", name, "stringData", files);
  }

  /** With the agent's own service account. */
  Playable serviceAccount() {
    mount(
        "service-account",
        "{secret: {secretName: " + name + "}}",
        "/var/run/secrets/kubernetes.io/serviceaccount");
    return this;
  }

  private void mount(String volume, String source, String path) {
    var made = Manifests.part(Yaml.parse(source).getFirst(), Volume.class);
    made.setName(volume);
    spec.getVolumes().add(made);
    var mount = new VolumeMount();
    mount.setName(volume);
    mount.setMountPath(path);
    agent().getVolumeMounts().add(mount);
  }

  /** Plays it, with a folder for its volumes. */
  PlayedPod play(Path folder) throws IOException {
    var volumes = Files.createDirectory(folder.resolve(name));
    for (var volume : spec.getVolumes()) {
      replace(volume, volumes);
    }
    // Podman waits until an init container ends, whatever its restartPolicy.
    var containers = new ArrayList<>(Manifests.containers(spec).toList());
    spec.setInitContainers(List.of());
    spec.setContainers(containers);
    for (var container : containers) {
      container.setRestartPolicy(null);
      container.setLivenessProbe(null);
      container.setReadinessProbe(null);
      container.setStartupProbe(null);
      container.getEnv().forEach(this::resolve);
    }
    var pod =
        new PodBuilder().withNewMetadata().withName(name).endMetadata().withSpec(spec).build();
    var json = new ObjectMapper();
    var text = new StringBuilder();
    for (var resource : others.values()) {
      text.append(json.writeValueAsString(resource)).append("\n---\n");
    }
    text.append(json.writeValueAsString(pod));
    var file = Files.writeString(folder.resolve(name + ".yaml"), text);
    return PlayedPod.play(name, file, List.copyOf(others.keySet()));
  }

  /** The node, or the text of an annotation, which the kubelet leaves empty if there is none. */
  private void resolve(EnvVar variable) {
    var source = variable.getValueFrom();
    if (source != null && source.getFieldRef() != null) {
      var path = source.getFieldRef().getFieldPath();
      var key = path.replaceAll("metadata.annotations\\['(.*)']", "$1");
      variable.setValueFrom(null);
      variable.setValue(path.equals("spec.nodeName") ? NODE : annotations.getOrDefault(key, ""));
    }
  }

  private void replace(Volume volume, Path volumes) throws IOException {
    if (volume.getEmptyDir() != null) {
      var place = Files.createDirectory(volumes.resolve(volume.getName()));
      Files.setAttribute(place, "unix:mode", 0777);
      volume.setEmptyDir(null);
      volume.setHostPath(new HostPathVolumeSource(place.toString(), "Directory"));
    } else if (volume.getProjected() != null) {
      volume.setProjected(null);
      volume.setSecret(new SecretVolumeSourceBuilder().withSecretName(name).build());
    }
  }
}
