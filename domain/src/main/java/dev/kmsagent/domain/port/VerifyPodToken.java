package dev.kmsagent.domain.port;

import dev.kmsagent.domain.PodToken;
import dev.kmsagent.domain.TokenVerdict;
import java.util.concurrent.CompletionStage;

/** Out-port: verifies tokens of pods with the keys of their cluster. Thread-safe. */
@FunctionalInterface
public interface VerifyPodToken {
  /**
   * Checks signature, issuer, audience, expiry and node. The stage is complete on return where the
   * keys are known; it never completes exceptionally.
   */
  CompletionStage<TokenVerdict> verify(PodToken token);
}
