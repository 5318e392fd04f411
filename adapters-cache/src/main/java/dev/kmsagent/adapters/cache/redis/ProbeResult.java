package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.domain.SharedCacheOutcome;

/** Whether Redis does all that an agent asks of it. */
public sealed interface ProbeResult {
  /** It does. */
  record Passed() implements ProbeResult {}

  /** It did not do this step. */
  record Failed(Step step, SharedCacheOutcome.Failed failure) implements ProbeResult {}

  /** It answered at this step, and not as what was done before demands. */
  record Astray(Step step) implements ProbeResult {}

  /** What is asked, in its order. */
  enum Step {
    /** The right to read a secret from KMS. */
    CLAIM,
    /** To put an entry in its place. */
    WRITE,
    /** To get it back. */
    READ,
    /** To put a revocation in its stead. */
    REVOKE,
    /** To end the right. */
    RELEASE,
    /** To take away what does not open. */
    DISCARD
  }
}
