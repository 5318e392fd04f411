package dev.kmsagent.emulator.protocol;

/**
 * What the emulator thinks of a request's sender; the access key id is empty where none was given.
 */
public sealed interface Authentication {
  /** How the request was signed. */
  SignatureScheme scheme();

  /** Whom the request claims to come from. */
  String accessKeyId();

  /** The signature is right, the key valid, the request new; or the action needs no signature. */
  record Genuine(SignatureScheme scheme, String accessKeyId) implements Authentication {}

  /** The request is refused before its action is looked at. */
  record Refused(SignatureScheme scheme, String accessKeyId, ApiError error)
      implements Authentication {}
}
