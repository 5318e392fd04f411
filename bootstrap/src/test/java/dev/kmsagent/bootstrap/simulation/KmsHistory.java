package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Everything that KMS answered, by true time. Answers carry the number of their record. */
final class KmsHistory {
  private final List<Answer> answers = new ArrayList<>();

  /** A secret as KMS keeps it: what a principal may read is its own matter. */
  record Subject(Principal principal, SecretName plainName) {
    static Subject of(Principal principal, SecretQuery query) {
      return new Subject(principal, query.name().plain());
    }
  }

  /** What an agent asked KMS for. */
  record Call(String agent, Subject subject, SecretQuery query, Instant begun) {}

  /** One answer of KMS to an agent. */
  sealed interface Answer {
    int number();

    Call call();

    /** When KMS decided the answer. */
    Instant decided();

    /** Who asked. */
    default String agent() {
      return call().agent();
    }

    default Subject subject() {
      return call().subject();
    }

    default SecretQuery query() {
      return call().query();
    }

    /** When the agent sent the call. */
    default Instant begun() {
      return call().begun();
    }
  }

  /** A version of a secret. */
  record Reading(int number, Call call, Instant decided, int version) implements Answer {}

  /**
   * A refusal.
   *
   * @param whole whether it is of the secret as a whole
   */
  record Refusal(int number, Call call, Instant decided, boolean whole) implements Answer {
    /** Whether a reading must not be served by who knows of this refusal. */
    boolean forbids(Reading reading, SecretQuery asked) {
      return subject().equals(reading.subject())
          && (whole || query().equals(asked))
          && reading.decided().isBefore(decided);
    }
  }

  int next() {
    return answers.size();
  }

  <T extends Answer> T add(T answer) {
    answers.add(answer);
    return answer;
  }

  /** The reading that a secret came from. */
  Reading reading(Secret secret) {
    var number = Integer.parseInt(secret.attribute(SecretAttribute.REQUEST_ID).orElseThrow());
    return (Reading) answers.get(number);
  }

  Optional<Refusal> refusal(String requestId) {
    return answers.get(Integer.parseInt(requestId)) instanceof Refusal refusal
        ? Optional.of(refusal)
        : Optional.empty();
  }
}
