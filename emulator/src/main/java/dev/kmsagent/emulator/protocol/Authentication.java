package dev.kmsagent.emulator.protocol;

/** The outcome of authenticating a request; the access key id is empty where none was given. */
public sealed interface Authentication {
  /** How the request was signed. */
  SignatureScheme scheme();

  /** The key that the request names. */
  String accessKeyId();

  /** The signature is right, the key valid, the request new; or the action needs no signature. */
  record Accepted(SignatureScheme scheme, String accessKeyId) implements Authentication {}

  /** The request is refused before its action runs. */
  record Refused(SignatureScheme scheme, String accessKeyId, ApiError error)
      implements Authentication {}
}
