package dev.kmsagent.domain;

/** Where a request for a secret came from, for the audit trail. */
@FunctionalInterface
public interface Requester {
  /** The network address and port that sent it, or the part of the agent that reads. */
  String peer();

  /** The id that its reply has; empty if there is no reply. */
  default String requestId() {
    return "";
  }
}
