package dev.kmsagent.domain;

import java.util.Optional;

/**
 * Who sent a request, as far as that is known.
 *
 * @param peer the network address
 * @param subject whose token it is, where that was verified
 * @param role that the subject asked for, where that is one
 */
public record Sender(String peer, Optional<Subject> subject, Optional<Principal> role) {
  /** A sender whose token was not verified. */
  public Sender(String peer) {
    this(peer, Optional.empty(), Optional.empty());
  }

  /**
   * With whom it shares what is shared fairly: with its namespace or, while that is not verified,
   * with its address. An address has a dot or a colon, and a namespace neither.
   */
  public String group() {
    return subject.map(Subject::namespace).orElse(peer);
  }
}
