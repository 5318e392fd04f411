package dev.kmsagent.domain.port.out;

import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.VerifiedPod;
import java.time.Instant;
import java.util.concurrent.CompletionStage;

/** Out-port: exchanges the tokens of pods for keys of one role. Thread-safe; never blocks. */
@FunctionalInterface
public interface AssumeRole {
  /** Makes one call of STS; completes within a time limit of its own, never exceptionally. */
  CompletionStage<GrantOutcome> assume(VerifiedPod caller);

  /** The answer of STS to a pod that wants to assume a role. */
  sealed interface GrantOutcome {
    /**
     * STS gave the pod a key of the role.
     *
     * @param secrets reads secrets with this key
     * @param usableUntil a little before the key's end, by the agent's clock
     */
    record Granted(SecretSource secrets, Instant usableUntil) implements GrantOutcome {}

    /** STS does not accept this token, which says nothing about the subject and the role. */
    record TokenRefused(NoSecret reason) implements GrantOutcome {}

    /** STS does not let this subject assume this role, or there is no such role. */
    record RoleRefused(NoSecret reason) implements GrantOutcome {}

    /** STS gives no key, for a reason that says nothing about what it granted before. */
    record KeyRefused(NoSecret reason) implements GrantOutcome {}

    /** STS could not be asked, or did not decide. */
    record Undecided(NoSecret reason) implements GrantOutcome {}
  }
}
