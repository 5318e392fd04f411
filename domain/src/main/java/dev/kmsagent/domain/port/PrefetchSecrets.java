package dev.kmsagent.domain.port;

import dev.kmsagent.domain.SecretName;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** In-port: load secrets before anybody asks for them. */
public interface PrefetchSecrets {
  /**
   * Loads the current version of each. The stage completes when all are settled, at the deadline of
   * one request at the latest, never exceptionally; the outcome of each goes to {@link
   * AgentEvents}.
   */
  CompletionStage<Void> prefetch(List<SecretName> names);
}
