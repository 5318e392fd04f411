package dev.kmsagent.domain;

/** The result of verifying the token of a pod. */
public sealed interface TokenVerdict {
  /** The token is genuine, for this agent, and in force. */
  record Verified(PodIdentity identity) implements TokenVerdict {}

  /** It is not; {@code detail} is one sentence for people, without the token. */
  record Rejected(String detail) implements TokenVerdict {}

  /** The keys to verify it with could not be obtained. */
  record Unverifiable(String detail) implements TokenVerdict {}
}
