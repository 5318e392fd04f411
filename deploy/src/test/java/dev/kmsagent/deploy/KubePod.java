package dev.kmsagent.deploy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import io.fabric8.kubernetes.api.model.ConfigMapVolumeSourceBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HostPathVolumeSource;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * A pod that Podman plays. What Podman has no notion of is given as the kubelet would give it: a
 * token of the service account in a ConfigMap, an emptyDir as a folder of the host, an annotation
 * or the node that a variable refers to as its text, a native sidecar as the first container.
 * Probes are left to the test, since Podman asks from inside the container, by a program that is
 * not there.
 */
final class KubePod implements AutoCloseable {
  static final String APPLICATION = "my-app";

  /** The name of the node on which all pods are. */
  static final String NODE = "node-1";

  /** One that has no names of its own, so that nothing answers for them. */
  private static final String NETWORK = "podman";

  private final String name;
  private final PodSpec spec;
  private final Map<String, String> annotations;

  /** ConfigMaps by name, of which Podman makes volumes that it leaves there. */
  private final Map<String, Map<String, Object>> others = new LinkedHashMap<>();

  KubePod(String name, PodSpec spec, Map<String, String> annotations) {
    this.name = name;
    this.spec = spec;
    this.annotations = annotations;
    Manifests.containers(spec)
        .forEach(it -> it.setImage(isApplication(it) ? Images.application() : Images.agent()));
  }

  private static boolean isApplication(Container container) {
    return container.getName().equals(APPLICATION);
  }

  private Container agentContainer() {
    return Manifests.containers(spec).filter(it -> !isApplication(it)).findFirst().orElseThrow();
  }

  /** What the agent's container is called. */
  String agent() {
    return agentContainer().getName();
  }

  KubePod image(String agent) {
    agentContainer().setImage(agent);
    return this;
  }

  /** With a variable of the agent, in the place of another of this name. */
  KubePod with(String variable, String value) {
    agentContainer().getEnv().removeIf(it -> it.getName().equals(variable));
    agentContainer().getEnv().add(new EnvVar(variable, value, null));
    return this;
  }

  /** With this cloud for the agent. */
  KubePod in(HostCloud cloud) {
    cloud.variables("/etc/authority/ca.pem").forEach(this::with);
    var authority = name + "-authority";
    return configMap(authority, Map.of("ca.pem", cloud.authority()))
        .mount("authority", authority, "/etc/authority");
  }

  KubePod configMap(String called, Map<String, String> files) {
    var metadata = Map.of("name", called);
    others.put(
        called,
        Map.of("apiVersion", "v1", "kind", "ConfigMap", "metadata", metadata, "data", files));
    return this;
  }

  /**
   * With these files from the platform in a volume for a token, or for a service account: no
   * Secret, which Podman 4.3 mounts empty or encoded.
   */
  KubePod issued(Map<String, String> files) {
    return configMap(name, files);
  }

  /** With the agent's own service account. */
  KubePod serviceAccount() {
    return mount("service-account", name, "/var/run/secrets/kubernetes.io/serviceaccount");
  }

  private KubePod mount(String volume, String configMap, String path) {
    spec.getVolumes()
        .add(
            new VolumeBuilder()
                .withName(volume)
                .withNewConfigMap()
                .withName(configMap)
                .endConfigMap()
                .build());
    agentContainer()
        .getVolumeMounts()
        .add(new VolumeMountBuilder().withName(volume).withMountPath(path).build());
    return this;
  }

  /** Plays it, with a folder for its volumes. */
  void play(Path folder) throws IOException {
    var volumes = Files.createDirectory(folder.resolve(name));
    for (var volume : spec.getVolumes()) {
      replace(volume, volumes);
    }
    // Podman waits until an init container ends, whatever its restartPolicy. Podman 4.3 takes each
    // port of a container from the host, too.
    var containers = new ArrayList<>(Manifests.containers(spec).toList());
    spec.setInitContainers(List.of());
    spec.setContainers(containers);
    for (var container : containers) {
      container.setRestartPolicy(null);
      container.setPorts(List.of());
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
    var _ = Podman.run("kube", "play", "--network", NETWORK, file);
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
      volume.setConfigMap(new ConfigMapVolumeSourceBuilder().withName(name).build());
    }
  }

  /** The host as its pods see it. */
  static String gateway() {
    return Podman.run("network", "inspect", NETWORK, "--format", "{{(index .Subnets 0).Gateway}}");
  }

  /** Its address, at which the kubelet reaches it. */
  String address() {
    var infra = Podman.run("pod", "inspect", "--format", "{{.InfraContainerID}}", name);
    return Podman.inspect(infra, "(index .NetworkSettings.Networks \"" + NETWORK + "\").IPAddress");
  }

  /** Waits until a probe of its agent is answered, as the kubelet asks from where it does. */
  void seeItAnswer(String probe) {
    var kubelet = SystemCommand.of("curl", "-fsS", "http://" + address() + ":12025" + probe);
    var _ = Patience.see(kubelet::run, answer -> answer.status() == 0);
  }

  /** A line of bash in a container. */
  CompletableFuture<SystemCommand.Outcome> start(String container, String line) {
    return Podman.command("exec", called(container), "bash", "-c", line).start();
  }

  SystemCommand.Outcome run(String container, String line) {
    return start(container, line).join();
  }

  String exitCode(String container) {
    return Podman.inspect(called(container), ".State.ExitCode");
  }

  /** What the agent printed on both streams. */
  String log() {
    return Podman.command("logs", called(agent())).run().printed();
  }

  /** Stops the agent alone: SIGTERM to its first process, SIGKILL after the grace. */
  void stopAgent() {
    var _ = Podman.run("stop", "--time", "30", called(agent()));
  }

  /** Stops the pod as the kubelet does. */
  void stop() {
    var _ = Podman.run("pod", "stop", "--time", "30", name);
  }

  private String called(String container) {
    return name + "-" + container;
  }

  @Override
  public void close() {
    var _ = Podman.command("pod", "rm", "--force", "--time", "0", name).run();
    for (var volume : others.keySet()) {
      var _ = Podman.command("volume", "rm", "--force", volume).run();
    }
  }
}
