package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import java.time.Instant;

/** One answer of KMS to an agent, which carries its number. */
sealed interface KmsAnswer {
  int number();

  Call call();

  /** When KMS decided the answer. */
  Instant decided();

  /** A secret as KMS keeps it: what a principal may read is its own matter. */
  record Subject(Principal principal, SecretName plainName) {
    static Subject of(Principal principal, SecretQuery query) {
      return new Subject(principal, query.name().plain());
    }
  }

  /** What an agent asked KMS for, and when. */
  record Call(String agent, Subject subject, SecretQuery query, Instant begun) {}

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

  /** A version of a secret. */
  record Reading(int number, Call call, Instant decided, int version) implements KmsAnswer {}

  /**
   * A refusal.
   *
   * @param whole whether it is of the secret as a whole
   */
  record Refusal(int number, Call call, Instant decided, boolean whole) implements KmsAnswer {
    /** Whether a reading must not be served by who knows of this refusal. */
    boolean forbids(Reading reading, SecretQuery asked) {
      return subject().equals(reading.subject())
          && (whole || query().equals(asked))
          && reading.decided().isBefore(decided);
    }
  }
}
