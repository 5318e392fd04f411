package dev.kmsagent.adapters.cache.redis;

/** What came of a first word to Redis. */
public sealed interface ConnectResult {
  /** It answered, and took the login if there is one. */
  record Answered() implements ConnectResult {}

  /**
   * It got no further.
   *
   * @param detail one sentence for people, without anything confidential
   */
  record Stopped(Obstacle obstacle, String detail) implements ConnectResult {}

  /** What stood in the way. */
  enum Obstacle {
    /** No name service knows the host. */
    UNKNOWN_NAME,
    /** The connection was refused, or broke. */
    NO_CONNECTION,
    /** No connection, or no answer, in time. */
    TIMEOUT,
    /** The certificate comes from an authority that is not believed. */
    UNTRUSTED,
    /** The certificate names somebody else. */
    OTHER_NAME,
    /** The certificate has ended, or has not begun. */
    OUT_OF_DATE,
    /** What answers there does not speak TLS. */
    NO_TLS,
    /** The sentinels that answer know no such master, or are none. */
    UNKNOWN_MASTER,
    /** It wants a login. */
    LOGIN_WANTED,
    /** It does not take the login. */
    LOGIN_REFUSED,
    /** It does not allow the user even this. */
    FORBIDDEN,
    /** It is loading, failing over, or misses a part of the cluster. */
    NOT_READY,
    /** It said something else. */
    ERROR
  }
}
