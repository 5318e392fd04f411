package dev.kmsagent.domain;

/**
 * The confidential part of a secret, as KMS sent it: text, or binary data in base64. It prints as
 * {@code ***}. Immutable.
 */
public record SecretValue(ConfidentialText text) {
  public static SecretValue of(String data) {
    return new SecretValue(new ConfidentialText(data));
  }

  /** The value in clear: for the body that goes to the client, and for nothing else. */
  public String reveal() {
    return text.reveal();
  }

  /** The size in bytes. */
  public int size() {
    return text.size();
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
