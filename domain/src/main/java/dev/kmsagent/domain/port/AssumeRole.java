package dev.kmsagent.domain.port;

import dev.kmsagent.domain.PodIdentity;
import java.util.concurrent.CompletionStage;

/** Out-port: exchanges the tokens of pods for keys of one role. Thread-safe; never blocks. */
@FunctionalInterface
public interface AssumeRole {
  /** Makes one call of STS; completes within a time limit of its own, never exceptionally. */
  CompletionStage<GrantOutcome> assume(PodIdentity caller);
}
