package dev.kmsagent.emulator.gateway;

import dev.kmsagent.emulator.protocol.SignatureScheme;
import java.time.Instant;

/**
 * A call before its outcome: what it asks for and whom it claims to come from; each part is empty
 * where it names none.
 */
public record Incoming(
    String requestId,
    String action,
    String secretName,
    SignatureScheme scheme,
    String accessKeyId) {

  /** A call that carries no signature and is about no secret. */
  public static Incoming unsigned(String requestId, String action) {
    return new Incoming(requestId, action, "", SignatureScheme.NONE, "");
  }

  /** The call with its outcome. */
  Call ended(Instant at, Call.Outcome outcome) {
    return new Call(at, requestId, action, secretName, scheme, accessKeyId, outcome);
  }
}
