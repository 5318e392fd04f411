package dev.kmsagent.adapters.cache.redis;

/** The outcome of an attempt to connect to Redis. */
public sealed interface ConnectResult {
  /** It answered, and accepted the login if there is one. */
  record Answered() implements ConnectResult {}

  /**
   * The attempt failed.
   *
   * @param detail one sentence for people, without anything confidential
   */
  record Stopped(Obstacle obstacle, String detail) implements ConnectResult {}

  /** Why the attempt failed. */
  enum Obstacle {
    /** DNS does not know the host. */
    UNKNOWN_NAME,
    /** The connection was refused, or broke. */
    NO_CONNECTION,
    /** No connection, or no answer, in time. */
    TIMEOUT,
    /** The certificate comes from an authority that is not trusted. */
    UNTRUSTED,
    /** The certificate is for another host. */
    OTHER_NAME,
    /** The certificate has expired, or is not valid yet. */
    OUT_OF_DATE,
    /** The server does not speak TLS. */
    NO_TLS,
    /** The servers that answer know no such master, or are no sentinels. */
    UNKNOWN_MASTER,
    /** A login is required. */
    LOGIN_WANTED,
    /** The login is wrong. */
    LOGIN_REFUSED,
    /** The user has not even the right to ping. */
    FORBIDDEN,
    /** It is loading, failing over, or misses a part of the cluster. */
    NOT_READY,
    /** It answered another error. */
    ERROR
  }
}
