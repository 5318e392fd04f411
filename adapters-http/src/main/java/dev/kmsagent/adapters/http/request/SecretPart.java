package dev.kmsagent.adapters.http.request;

/** What of a secret a request asks for (parameter {@code field}). */
public sealed interface SecretPart {
  SecretPart ANSWER = new Answer();
  SecretPart BYTES = new Bytes();

  /** The whole answer, in the dialect of the client. */
  record Answer() implements SecretPart {}

  /** The value, byte for byte. */
  record Bytes() implements SecretPart {}

  /** One field of a value that is a JSON object. */
  record Field(String name) implements SecretPart {}

  /** The part that a value of the parameter means. */
  static SecretPart of(String parameter) {
    return parameter.equals(".") ? BYTES : new Field(parameter);
  }
}
