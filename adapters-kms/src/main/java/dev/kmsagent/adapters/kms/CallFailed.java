package dev.kmsagent.adapters.kms;

import dev.kmsagent.domain.KmsError;
import dev.kmsagent.domain.NoSecret.Unavailable;

/**
 * Carries a failure, in our own words, through the SDK, which knows exceptions only. It has neither
 * message nor cause nor stack: there is nothing in it that could disclose an answer.
 */
final class CallFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final transient Reason reason;

  CallFailed(Reason reason) {
    super(null, null, false, false);
    this.reason = reason;
  }

  static CallFailed unavailable(Unavailable.Cause cause, String detail) {
    return new CallFailed(new Reason.NoAnswer(new Unavailable(cause, "", detail)));
  }

  Reason reason() {
    return reason;
  }

  /** Why a call failed. */
  sealed interface Reason {
    /** There was no answer, or none that could be read. */
    record NoAnswer(Unavailable outcome) implements Reason {}

    /** KMS answered with an error. */
    record ErrorAnswer(KmsError error) implements Reason {}
  }
}
