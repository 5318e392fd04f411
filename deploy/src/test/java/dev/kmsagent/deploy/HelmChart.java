package dev.kmsagent.deploy;

import com.marcnuri.helm.Helm;
import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

  private static Path file(String text) {
    try {
      var file = Files.createTempFile("values", ".yaml");
      file.toFile().deleteOnExit();
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
