package dev.kmsagent.domain;

/**
 * The fields of GetSecretValue besides name, value and version, in the order of its documentation.
 * Values are kept as KMS sent them.
 */
public enum SecretAttribute {
  SECRET_TYPE("SecretType"),
  CREATE_TIME("CreateTime"),
  REQUEST_ID("RequestId"),
  LAST_ROTATION_DATE("LastRotationDate"),
  NEXT_ROTATION_DATE("NextRotationDate"),
  ROTATION_INTERVAL("RotationInterval"),
  AUTOMATIC_ROTATION("AutomaticRotation"),
  EXTENDED_CONFIG("ExtendedConfig");

  private final String field;

  SecretAttribute(String field) {
    this.field = field;
  }

  /** The name of the field in KMS's answer. */
  public String field() {
    return field;
  }
}
