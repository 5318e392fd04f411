package dev.kmsagent.client;

import java.util.Map;

/** Fields of one version of a secret. Immutable; it prints no value. */
public final class SecretFields {
  private final String version;
  private final Map<String, String> values;

  SecretFields(String version, Map<String, String> values) {
    this.version = version;
    this.values = values;
  }

  /** KMS's id of the version that all fields are of. Ids have no order. */
  public String version() {
    return version;
  }

  /**
   * The value of a field that was asked for.
   *
   * @throws IllegalArgumentException if it was not
   */
  public String get(String field) {
    String value = values.get(field);
    if (value == null) {
      throw new IllegalArgumentException("The field " + field + " was not asked for");
    }
    return value;
  }

  @Override
  public String toString() {
    return version + " " + values.keySet();
  }
}
