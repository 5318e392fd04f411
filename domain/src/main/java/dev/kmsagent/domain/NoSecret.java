package dev.kmsagent.domain;

/**
 * Why there is no secret. The three cases differ in what they mean for a cached value: {@link
 * Refused} forbids it, {@link Unavailable} allows it as a stale answer, {@link IdentityRefused}
 * says nothing about it.
 */
public sealed interface NoSecret extends FetchOutcome, Retrieval {
  /** What the cloud said, e.g. {@code Rejected.Throttling}; empty when it said nothing. */
  String code();

  /** One sentence for people, without anything confidential. */
  String detail();

  @Override
  default boolean isAnswer() {
    return this instanceof Refused;
  }

  /** KMS refused the secret permanently: cached entries of it must not be served. */
  record Refused(KmsError error, Scope scope) implements NoSecret {
    @Override
    public String code() {
      return error.code();
    }

    @Override
    public String detail() {
      return error.message();
    }

    /** What a refusal applies to. */
    public enum Scope {
      /** The secret in every version, by every name: denied, disabled, deleted. */
      SECRET,
      /** Only the version that was requested. */
      QUERY
    }
  }

  /** KMS cannot answer now, and may later: a cached value may be served stale (stale-if-error). */
  record Unavailable(Cause cause, String code, String detail) implements NoSecret {
    /** The cause. */
    public enum Cause {
      /** No connection: refused, reset, DNS, no route. */
      UNREACHABLE,
      /** A connection, but no answer in time. */
      TIMEOUT,
      /** TLS failed: an unknown authority, a wrong name, a handshake that broke. */
      TLS,
      /** KMS answered 5xx. */
      SERVER_ERROR,
      /** KMS answered something that is not a whole GetSecretValue answer. */
      UNREADABLE,
      /** KMS asked us to slow down. */
      THROTTLED,
      /** KMS takes our clock for wrong. */
      CLOCK,
      /** The account is in arrears or suspended. */
      ACCOUNT,
      /** No credentials to be had just now: STS or the metadata service gives none. */
      CREDENTIALS,
      /** Not asked: the circuit breaker is open. */
      CIRCUIT_OPEN,
      /** Not asked: the bulkhead is full. */
      BULKHEAD_FULL,
      /** Not asked: our own limit of calls a second is used up. */
      RATE_LIMITED,
      /** The deadline of the request passed. */
      DEADLINE,
      /** Not given: each known version was rejected by the system that it is a credential for. */
      NO_NEWER_VERSION,
      /** The audit line of the read was not written, and has to be. */
      AUDIT
    }
  }

  /**
   * KMS or STS refused the identity of this agent, or it has none. It says nothing about any
   * secret.
   */
  record IdentityRefused(String code, String detail) implements NoSecret {}

  /**
   * An error as KMS reported it; it never holds a secret.
   *
   * @param status the HTTP status of KMS's answer
   * @param code e.g. {@code Forbidden.ResourceNotFound}
   * @param requestId of the call that was answered so; empty when KMS gave none
   */
  record KmsError(int status, String code, String message, String requestId) {}
}
