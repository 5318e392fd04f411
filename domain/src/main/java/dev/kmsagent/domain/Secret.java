package dev.kmsagent.domain;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One version of a secret, as KMS returned it.
 *
 * @param stages the labels of this version, in KMS's order
 * @param attributes the other fields of the answer; absent fields stay absent
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

  /** The value of {@code attribute}, if KMS returned one. */
  public Optional<String> attribute(SecretAttribute attribute) {
    return Optional.ofNullable(attributes.get(attribute));
  }
}
