package dev.kmsagent.domain.port;

/** Whether a caller gets secrets. */
public sealed interface CallerAdmission {
  /** It does, for as long as {@code access} says. */
  record Admitted(CallerAccess access) implements CallerAdmission {}

  /** It does not; {@code detail} is one sentence for people, without anything confidential. */
  record Rejected(Reason reason, String detail) implements CallerAdmission {}

  /** Why a caller gets no secrets. */
  enum Reason {
    /** The token is not accepted, by this agent or by STS. */
    TOKEN,
    /** The subject may not assume the role, or names none that it could. */
    ROLE,
    /** The subject asked STS for roles too often. */
    RATE,
    /** It cannot be decided now: keys or STS are not available. */
    UNAVAILABLE,
    /** The agent serves as many roles as it may. */
    FULL
  }
}
