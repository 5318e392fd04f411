package dev.kmsagent.domain.event;

import dev.kmsagent.domain.Caller;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Sender;
import java.time.Duration;
import java.util.Optional;

/** Reads of secrets by clients. */
public sealed interface ReadEvent extends AgentEvent {
  /**
   * A client's request for a secret was answered.
   *
   * @param took the time inside the agent
   * @param caller who read it, where each pod has its own role
   */
  record SecretRead(SecretQuery query, Retrieval outcome, Duration took, Optional<Caller> caller)
      implements ReadEvent {}

  /**
   * A request was turned away before retrieval.
   *
   * @param status the HTTP status, {@code code} the error code of the answer
   * @param reason for a token {@code missing} or {@code wrong}, else empty
   * @param requestId the id of the answer
   */
  record RequestRejected(int status, String code, String reason, Sender sender, String requestId)
      implements AtAdmission {}

  /** A client sent its token without TLS to an agent that has TLS. */
  record PlainRequest(Sender sender) implements AtAdmission {}

  /** What was noticed before retrieval. */
  sealed interface AtAdmission extends ReadEvent {}
}
