package dev.kmsagent.domain.port;

import dev.kmsagent.domain.PodToken;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** In-port: decides which role's secrets a pod may read. Thread-safe. */
public interface AdmitCaller {
  /**
   * Verifies the token and has STS confirm the role. Completes within the time limit of a request,
   * never exceptionally.
   *
   * @param role the name or ARN that the caller asks for; empty for the one of the configuration
   */
  CompletionStage<CallerAdmission> admit(PodToken token, Optional<String> role);
}
