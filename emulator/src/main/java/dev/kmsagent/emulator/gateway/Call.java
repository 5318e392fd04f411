package dev.kmsagent.emulator.gateway;

import dev.kmsagent.emulator.protocol.SignatureScheme;
import java.time.Instant;

/**
 * A request to a service and its outcome; action, secret name and access key id are empty where the
 * request has none.
 */
public record Call(
    Instant at,
    String requestId,
    String action,
    String secretName,
    SignatureScheme scheme,
    String accessKeyId,
    Outcome outcome) {

  /** A call that has no outcome yet. */
  public record Pending(
      String requestId,
      String action,
      String secretName,
      SignatureScheme scheme,
      String accessKeyId) {
    Call ended(Instant at, Outcome outcome) {
      return new Call(at, requestId, action, secretName, scheme, accessKeyId, outcome);
    }
  }

  /** The outcome of a call. */
  public sealed interface Outcome {
    /** It was authenticated and its action done. */
    record Served() implements Outcome {}

    /** It was refused with this status and code, by authentication or by its action. */
    record Refused(int status, String code) implements Outcome {}

    /** It was authenticated and a fault was injected. */
    record Faulted(Fault fault) implements Outcome {}
  }
}
