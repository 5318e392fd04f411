package dev.kmsagent.domain;

/** The outcome of a call to the store behind a shared cache. */
public sealed interface SharedCacheOutcome {
  /** The call succeeded. */
  record Done() implements SharedCacheOutcome {}

  /**
   * The call failed.
   *
   * @param detail one sentence for people, without anything confidential
   */
  record Failed(Cause cause, String detail) implements SharedCacheOutcome {}

  /** The cause of the failure. */
  enum Cause {
    /** No connection: refused, reset, DNS, TLS. */
    UNREACHABLE,
    /** No answer, or no free connection, in time. */
    TIMEOUT,
    /** It does not accept our login. */
    DENIED,
    /** It does not allow our login what we asked. */
    FORBIDDEN,
    /** It has no memory left. */
    FULL,
    /** It is a replica that takes no writes. */
    READ_ONLY,
    /** It is loading, failing over, or misses a part of the cluster. */
    NOT_READY,
    /** Its clock is wrong, or ours is, or it was set back. */
    CLOCK,
    /** It said something else. */
    ERROR
  }
}
