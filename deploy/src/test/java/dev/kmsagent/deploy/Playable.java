package dev.kmsagent.deploy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.HostPathVolumeSource;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.SecretVolumeSourceBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A Deployment as Podman can play it. What Podman has no notion of is given as the kubelet would
 * give it: a token of the service account as a Secret, an emptyDir as a folder of the host with the
 * rights of fsGroup, that group as a supplemental one, an annotation or the node that a variable
 * refers to as its text, a native sidecar as the first container. Probes are left to the test,
 * since Podman asks from inside the container, by a program that is not there.
 */
final class Playable {
  /** The name of the node on which all pods are. */
  static final String NODE = "node-1";

  private static final String AUTHORITY = "authority";
  private static final String SERVICE_ACCOUNT = "service-account";
  private static final String CA_FOLDER = "/etc/authority";

  private final String name;
  private final Deployment deployment;
  private final Path folder;
  private final List<HasMetadata> others = new ArrayList<>();

  /**
   * @param name what pod and containers are called after
   * @param folder for the volumes
   */
  Playable(String name, Deployment deployment, Path folder) {
    this.name = name;
    this.deployment = deployment;
    this.folder = folder;
    deployment.getMetadata().setName(name);
  }

  private PodSpec pod() {
    return Manifests.pod(deployment);
  }

  /** With these images; the application's container is called {@code my-app}. */
  Playable images(String agent, String application) {
    Manifests.containers(pod())
        .forEach(it -> it.setImage(it.getName().equals("my-app") ? application : agent));
    return this;
  }

  /** With this cloud for the container of the agent, and this token from the platform. */
  Playable cloud(String container, HostCloud cloud, String role, String token) {
    var agent = Manifests.container(pod(), container);
    set(agent, HostCloud.variable("ALIBABA_CLOUD_ROLE_ARN", role));
    set(
        agent,
        HostCloud.variable("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", cloud.emulator().oidc().arn()));
    return cloud(agent, cloud).token(token);
  }

  private Playable cloud(Container agent, HostCloud cloud) {
    cloud.variables(CA_FOLDER + "/ca.pem").forEach(variable -> set(agent, variable));
    others.add(configuration(name + "-" + AUTHORITY, Map.of("ca.pem", cloud.authority())));
    pod().getVolumes().add(ofConfigMap(AUTHORITY, name + "-" + AUTHORITY));
    mount(agent, AUTHORITY, CA_FOLDER);
    return this;
  }

  /** With this cloud for the container of a node's agent, which has a service account. */
  Playable cloudOfNode(String container, HostCloud cloud, ConfigMap configMap) {
    var agent = Manifests.container(pod(), container);
    set(agent, cloud.keys());
    others.add(configMap);
    others.add(secret(Map.of("token", ApiServer.TOKEN, "ca.crt", cloud.authority())));
    pod().getVolumes().add(ofSecret(SERVICE_ACCOUNT));
    mount(agent, SERVICE_ACCOUNT, "/var/run/secrets/kubernetes.io/serviceaccount");
    return cloud(agent, cloud);
  }

  /** With this token from the platform. */
  Playable token(String text) {
    others.add(secret(Map.of("token", text)));
    return this;
  }

  private static void mount(Container container, String volume, String path) {
    container
        .getVolumeMounts()
        .add(new VolumeMountBuilder().withName(volume).withMountPath(path).build());
  }

  private Volume ofSecret(String volume) {
    return new VolumeBuilder()
        .withName(volume)
        .withNewSecret()
        .withSecretName(name)
        .endSecret()
        .build();
  }

  private static void set(Container container, EnvVar variable) {
    container.getEnv().removeIf(it -> it.getName().equals(variable.getName()));
    container.getEnv().add(variable);
  }

  private static HasMetadata configuration(String name, Map<String, String> files) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(name)
        .endMetadata()
        .withData(files)
        .build();
  }

  private HasMetadata secret(Map<String, String> files) {
    return new SecretBuilder()
        .withNewMetadata()
        .withName(name)
        .endMetadata()
        .withStringData(files)
        .build();
  }

  private static Volume ofConfigMap(String volume, String configMap) {
    return new VolumeBuilder()
        .withName(volume)
        .withNewConfigMap()
        .withName(configMap)
        .endConfigMap()
        .build();
  }

  /** Its resources, what they refer to first. */
  List<HasMetadata> resources() throws IOException {
    var group = group();
    for (var volume : pod().getVolumes()) {
      replace(volume, group);
    }
    Manifests.containers(pod()).flatMap(it -> it.getEnv().stream()).forEach(this::resolve);
    startSidecarsFirst();
    Manifests.containers(pod())
        .forEach(
            container -> {
              container.setLivenessProbe(null);
              container.setReadinessProbe(null);
              container.setStartupProbe(null);
            });
    var all = new ArrayList<>(others);
    all.add(deployment);
    return all;
  }

  /** The node, or the text of an annotation, which the kubelet leaves empty if there is none. */
  private void resolve(EnvVar variable) {
    var source = variable.getValueFrom();
    if (source != null && source.getFieldRef() != null) {
      var annotations = deployment.getSpec().getTemplate().getMetadata().getAnnotations();
      var path = source.getFieldRef().getFieldPath();
      var key = path.replaceAll("metadata.annotations\\['(.*)']", "$1");
      variable.setValueFrom(null);
      variable.setValue(path.equals("spec.nodeName") ? NODE : annotations.getOrDefault(key, ""));
    }
  }

  /** Podman waits until an init container ends, whatever its restartPolicy. */
  private void startSidecarsFirst() {
    var containers = new ArrayList<>(pod().getInitContainers());
    containers.forEach(it -> it.setRestartPolicy(null));
    containers.addAll(pod().getContainers());
    pod().setInitContainers(List.of());
    pod().setContainers(containers);
  }

  private long group() {
    var context = pod().getSecurityContext();
    if (context == null || context.getFsGroup() == null) {
      return 0;
    }
    var group = context.getFsGroup();
    context.setSupplementalGroups(List.of(group));
    context.setFsGroup(null);
    return group;
  }

  private void replace(Volume volume, long group) throws IOException {
    if (volume.getEmptyDir() != null) {
      volume.setEmptyDir(null);
      var place = emptyFolder(volume.getName(), group).toString();
      volume.setHostPath(new HostPathVolumeSource(place, "Directory"));
    } else if (volume.getProjected() != null) {
      volume.setProjected(null);
      volume.setSecret(new SecretVolumeSourceBuilder().withSecretName(name).build());
    }
  }

  /**
   * As the kubelet makes one: for everybody, and with a group what is made in it has that group.
   */
  private Path emptyFolder(String volume, long group) throws IOException {
    var empty = Files.createDirectory(folder.resolve(volume));
    if (group != 0) {
      var groups = empty.getFileSystem().getUserPrincipalLookupService();
      Files.getFileAttributeView(empty, PosixFileAttributeView.class)
          .setGroup(groups.lookupPrincipalByGroupName(Long.toString(group)));
    }
    Files.setAttribute(empty, "unix:mode", group == 0 ? 0777 : 02777);
    return empty;
  }
}
