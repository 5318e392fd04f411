package dev.kmsagent.domain.port;

import dev.kmsagent.domain.SecretName;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** In-port: loads secrets into the cache before a client requests them. */
public interface PrefetchSecrets {
  /**
   * Loads the current version of each secret. The stage completes when all have an outcome, at the
   * deadline of one request at the latest, never exceptionally; failures go to {@link AgentEvents}.
   */
  CompletionStage<Void> prefetch(List<SecretName> names);
}
