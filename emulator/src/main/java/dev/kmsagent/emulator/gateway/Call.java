package dev.kmsagent.emulator.gateway;

import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.SignatureScheme;
import java.time.Instant;
import java.util.OptionalInt;

/**
 * A request to a service and its outcome; action, secret and access key id are empty where the
 * request has none.
 *
 * @param status that of the answer; empty if a fault let none be sent
 */
public record Call(
    Instant at,
    String requestId,
    String action,
    Requested secret,
    SignatureScheme scheme,
    String accessKeyId,
    Outcome outcome,
    OptionalInt status) {
  /** The name of the secret, by name or ARN. */
  public String secretName() {
    return secret.name();
  }

  /** What is asked for; each is empty where the request does not name it. */
  public record Requested(String name, String version, String stage) {
    /** Nothing. */
    public static final Requested NOTHING = new Requested("", "", "");

    static Requested by(Parameters parameters) {
      return new Requested(
          parameters.secretName(),
          parameters.get("VersionId").orElse(""),
          parameters.get("VersionStage").orElse(""));
    }
  }

  /** A call that has no outcome yet. */
  public record Pending(
      String requestId,
      String action,
      Requested secret,
      SignatureScheme scheme,
      String accessKeyId) {
    Call ended(Instant at, Outcome outcome, OptionalInt status) {
      return new Call(at, requestId, action, secret, scheme, accessKeyId, outcome, status);
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
