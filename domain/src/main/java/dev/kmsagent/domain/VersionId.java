package dev.kmsagent.domain;

/**
 * The id of one version of a secret, e.g. {@code v1}; unique within its secret.
 *
 * @param value 1 to 512 characters, no control characters
 */
public record VersionId(String value) {
  public VersionId {
    Identifiers.check("a version id", value);
  }

  @Override
  public String toString() {
    return value;
  }
}
