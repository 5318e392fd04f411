package dev.kmsagent.deploy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Reads YAML as Kubernetes does: octal numbers, anchors, and no key twice. */
final class Yaml {
  private Yaml() {}

  static List<Map<String, Object>> read(Path file) {
    return parse(Clone.text(file));
  }

  /** The documents of a text, empty ones left out. */
  @SuppressWarnings("unchecked") // keys of other types do not read as any resource
  static List<Map<String, Object>> parse(String text) {
    var options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    var documents = new org.yaml.snakeyaml.Yaml(new SafeConstructor(options)).loadAll(text);
    return StreamSupport.stream(documents.spliterator(), false)
        .filter(Map.class::isInstance)
        .map(document -> (Map<String, Object>) document)
        .toList();
  }
}
