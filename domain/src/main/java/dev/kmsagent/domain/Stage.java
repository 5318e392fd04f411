package dev.kmsagent.domain;

/**
 * A label that marks one version of a secret, e.g. {@code ACSCurrent}.
 *
 * @param value 1 to 512 characters, no control characters
 */
public record Stage(String value) {
  /** The version in use: what KMS serves when no version is named. */
  public static final Stage CURRENT = new Stage("ACSCurrent");

  /** The version that was in use before. */
  public static final Stage PREVIOUS = new Stage("ACSPrevious");

  public Stage {
    Identifiers.check("a version stage", value);
  }

  @Override
  public String toString() {
    return value;
  }
}
