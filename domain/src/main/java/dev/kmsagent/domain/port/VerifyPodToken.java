package dev.kmsagent.domain.port;

import dev.kmsagent.domain.PodIdentity;
import dev.kmsagent.domain.PodToken;
import java.util.concurrent.CompletionStage;

/** Out-port: verifies tokens of pods with the keys of their cluster. Thread-safe. */
@FunctionalInterface
public interface VerifyPodToken {
  /**
   * Checks signature, issuer, audience, expiry and node. The stage is complete on return where the
   * keys are known; it never completes exceptionally.
   */
  CompletionStage<TokenVerdict> verify(PodToken token);

  /** The result of verifying the token of a pod. */
  sealed interface TokenVerdict {
    /** The token is genuine, for this agent, and in force. */
    record Verified(PodIdentity identity) implements TokenVerdict {}

    /** It is not; {@code detail} is one sentence for people, without the token. */
    record Rejected(String detail) implements TokenVerdict {}

    /** The keys to verify it with could not be obtained. */
    record Unverifiable(String detail) implements TokenVerdict {}
  }
}
