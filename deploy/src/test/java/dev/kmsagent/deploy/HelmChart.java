package dev.kmsagent.deploy;

import com.marcnuri.helm.Helm;
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
  static HelmChart application(Path place) throws IOException {
    var folder = copy(folder("my-app"), place.resolve("my-app"));
    var _ = copy(folder("kms-agent"), folder.resolve("charts/kms-agent"));
    return new HelmChart(folder, OLD);
  }

  private static Path copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (var file : files.toList()) {
        var target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
    return to;
  }

  static Path folder(String chart) {
    return Clone.deploy().resolve("helm").resolve(chart);
  }

  /** The values with which the copies are rendered, and most tests. */
  static String usualValues() {
    try {
      return Files.readString(Clone.deploy().resolve("helm/rendered-values.yaml"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its text with these values, each a text in YAML; later ones win. */
  String text(String... values) {
    var files = List.of(values).stream().map(HelmChart::file).toList();
    try {
      var template =
          new Helm(folder)
              .template()
              .withName(folder.getFileName().toString())
              .withNamespace(NAMESPACE)
              .withKubeVersion(kubernetes);
      files.forEach(template::withValuesFile);
      // Helm has nothing for an empty text.
      return Objects.requireNonNullElse(template.call(), "");
    } finally {
      files.forEach(HelmChart::delete);
    }
  }

  /** Its documents with these values on top of the usual ones. */
  List<Map<String, Object>> render(String... values) {
    return Yaml.parse(
        text(Stream.concat(Stream.of(usualValues()), Stream.of(values)).toArray(String[]::new)));
  }

  private static Path file(String text) {
    try {
      return Files.writeString(Files.createTempFile("values", ".yaml"), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
