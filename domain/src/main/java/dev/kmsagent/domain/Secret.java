package dev.kmsagent.domain;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One version of a secret, as KMS gave it.
 *
 * @param stages the labels of this version, in KMS's order
 * @param attributes what else KMS said; absent stays absent
 */
public record Secret(
    SecretName name,
    VersionId version,
    List<Stage> stages,
    DataType dataType,
    SecretValue value,
    Map<SecretAttribute, String> attributes) {
  public Secret {
    stages = List.copyOf(stages);
    attributes = Map.copyOf(attributes);
  }

  /** What KMS said of {@code attribute}, if it did. */
  public Optional<String> attribute(SecretAttribute attribute) {
    return Optional.ofNullable(attributes.get(attribute));
  }
}
