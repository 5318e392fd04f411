package dev.kmsagent.domain.port.out;

import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.VerifiedPod;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Out-port: verifies tokens of pods with the keys of their cluster. Thread-safe. */
@FunctionalInterface
public interface VerifyPodToken {
  /** Reads a token, which costs little; empty if it is none that a cluster gives a pod. */
  Optional<UnverifiedToken> parse(ConfidentialText token);

  /** A token of which nothing has been verified. */
  interface UnverifiedToken {
    /** The service account that it claims to be of. */
    Subject claimed();

    /** Whether its signature was verified before, so that it costs little to do so again. */
    boolean wasVerified();

    /**
     * Checks signature, issuer, audience, expiry and node. The stage is complete on return where
     * the keys are known; it never completes exceptionally.
     */
    CompletionStage<TokenVerdict> verify();
  }

  /** The result of verifying the token of a pod. */
  sealed interface TokenVerdict {
    /** The token is genuine, for this agent, and in force. */
    record Verified(VerifiedPod identity) implements TokenVerdict {}

    /** It is not; {@code detail} is one sentence for people, without the token. */
    record Rejected(String detail) implements TokenVerdict {}

    /** The keys to verify it with could not be obtained. */
    record Unverifiable(String detail) implements TokenVerdict {}

    /** For what is no token. */
    Rejected MALFORMED =
        new Rejected(
            "The token is no JWT of a service account that a cluster signs: RS256 or ES256, ES384,"
                + " ES512, with a kid and nothing else in its header.");
  }
}
