package dev.kmsagent.deploy;

import com.marcnuri.helm.Helm;
import dev.kmsagent.testkit.SystemCommand;
import dev.kmsagent.testkit.Unchecked;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Volume;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * A chart of the clone, rendered by Helm.
 *
 * @param kubernetes the version of the cluster
 */
record HelmChart(Path folder, String kubernetes) {
  /** The first version with stable mutating policies. */
  static final String NEW = "1.36.0";

  /** One that most clusters are older than or as old as. */
  static final String OLD = "1.35.4";

  /** The values, beside the usual ones, of an agent on each node. */
  static final String NODE =
      "{mode: Node, node: {issuer:"
          + " 'https://oidc-ack-cn-hangzhou.oss-cn-hangzhou.aliyuncs.com/c0123456789'}}";

  private static final String NAMESPACE = "kms-agent";

  /** By chart and values: many tests need the same. */
  private static final Map<List<Object>, String> TEXTS = new ConcurrentHashMap<>();

  /** The agent's, for a cluster of a version. */
  static HelmChart agent(String kubernetes) {
    return new HelmChart(folder("kms-agent"), kubernetes);
  }

  /** The example of an application, with the agent's chart as Helm puts it there. */
  static HelmChart application(Path place) {
    var copy = "cp -r my-app \"$1\" && mkdir \"$1/charts\" && cp -r kms-agent \"$1/charts\"";
    var to = place.resolve("my-app");
    var run = SystemCommand.of("sh", "-c", copy, "sh", to).in(Clone.deploy().resolve("helm"));
    var _ = run.run().outputOfSuccess();
    return new HelmChart(to, OLD);
  }

  static Path folder(String chart) {
    return Clone.deploy().resolve("helm").resolve(chart);
  }

  /** The values with which the copies are rendered, and most tests. */
  static String usualValues() {
    return Clone.text(Clone.deploy().resolve("helm/rendered-values.yaml"));
  }

  /** Its text with these values, each a text in YAML; later ones win. */
  String text(String... values) {
    return TEXTS.computeIfAbsent(List.of(this, List.of(values)), _ -> rendered(values));
  }

  private String rendered(String... values) {
    var template =
        new Helm(folder)
            .template()
            .withName(folder.getFileName().toString())
            .withNamespace(NAMESPACE)
            .withKubeVersion(kubernetes);
    Stream.of(values).map(HelmChart::file).forEach(template::withValuesFile);
    // Helm has nothing for an empty text.
    return Objects.requireNonNullElse(template.call(), "");
  }

  /** Its documents with these values on top of the usual ones. */
  List<Map<String, Object>> render(String... values) {
    return Yaml.parse(
        text(Stream.concat(Stream.of(usualValues()), Stream.of(values)).toArray(String[]::new)));
  }

  /** The one document of a kind. */
  static Map<String, Object> one(List<Map<String, Object>> documents, String kind) {
    return documents.stream().filter(it -> kind.equals(it.get("kind"))).findFirst().orElseThrow();
  }

  private static Map<String, Object> sidecarSet(List<Map<String, Object>> documents) {
    return Pods.map(one(documents, "SidecarSet"), "spec");
  }

  @SuppressWarnings("unchecked") // a container is a map
  private static Map<String, Object> container(List<Map<String, Object>> documents) {
    var declared = Pods.list(sidecarSet(documents), "initContainers").getFirst();
    var container = new TreeMap<>((Map<String, Object>) declared);
    container.remove("podInjectPolicy");
    return container;
  }

  /** The container of its SidecarSet, as one of Kubernetes. */
  static Container sidecar(List<Map<String, Object>> documents) {
    return Manifests.part(container(documents), Container.class);
  }

  static List<Volume> volumesOfSidecar(List<Map<String, Object>> documents) {
    return Pods.list(sidecarSet(documents), "volumes").stream()
        .map(it -> Manifests.part(it, Volume.class))
        .toList();
  }

  /**
   * A pod after injection by OpenKruise 1.8 and later: the container first, with a variable that
   * OpenKruise adds; the volumes whose names the pod does not have yet. Nothing else of a pod
   * changes.
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
    Pods.list(sidecarSet(documents), "volumes").stream()
        .filter(it -> !names.contains(((Map<?, ?>) it).get("name")))
        .forEach(volumes::add);
    var spec = Map.of("volumes", volumes, "initContainers", containers);
    return Pods.merged(pod, Map.of("spec", spec));
  }

  private static Path file(String text) {
    var file = Unchecked.get(() -> Files.createTempFile("values", ".yaml"));
    file.toFile().deleteOnExit();
    return Unchecked.get(() -> Files.writeString(file, text));
  }
}
