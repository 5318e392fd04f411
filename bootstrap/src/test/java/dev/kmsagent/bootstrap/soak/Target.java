package dev.kmsagent.bootstrap.soak;

import dev.kmsagent.bootstrap.e2e.AgentProcess;
import java.util.List;

/**
 * One of the agents.
 *
 * @param known what it has shown to know, by number of the secret
 */
record Target(String name, Identity identity, AgentProcess process, List<Knowledge> known) {
  /** How an agent gets its keys; those with the same one share entries. */
  enum Identity {
    RRSA,
    INSTANCE
  }

  Target {
    known = List.copyOf(known);
  }

  Knowledge of(KmsSecret secret) {
    return known.get(secret.number());
  }

  @Override
  public String toString() {
    return name;
  }
}
