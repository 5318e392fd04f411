package dev.kmsagent.domain.port;

import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.SecretQuery;
import java.time.Duration;

/** Reads of secrets by clients. */
public sealed interface ReadEvent extends AgentEvent {
  /** A client's request for a secret was answered; {@code took} is the time inside the agent. */
  record SecretRead(SecretQuery query, Retrieval outcome, Duration took) implements ReadEvent {}

  /**
   * A request was turned away before retrieval.
   *
   * @param status the HTTP status, {@code code} the error code of the answer
   */
  record RequestRejected(int status, String code) implements ReadEvent {}
}
