package dev.kmsagent.domain;

/** What a secret's value holds: {@code SecretDataType} of GetSecretValue. */
public enum DataType {
  /** The value is the text itself. */
  TEXT,
  /** The value is base64 of the data. */
  BINARY
}
