package dev.kmsagent.emulator.gateway;

import dev.kmsagent.emulator.protocol.SignatureScheme;
import java.time.Instant;

/**
 * One request as the emulator saw it; action, secret name and access key id are empty where it
 * named none.
 */
public record Call(
    Instant at,
    String requestId,
    String action,
    String secretName,
    SignatureScheme scheme,
    String accessKeyId,
    Outcome outcome) {

  /** What became of the call. */
  public sealed interface Outcome {
    /** Its signature was accepted and its action done. */
    record Served() implements Outcome {}

    /** It was refused with this status and code, for its signature or by its action. */
    record Refused(int status, String code) implements Outcome {}

    /** Its signature was accepted and a fault took over. */
    record Faulted(Fault fault) implements Outcome {}
  }
}
