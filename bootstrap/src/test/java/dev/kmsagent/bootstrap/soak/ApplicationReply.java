package dev.kmsagent.bootstrap.soak;

import dev.kmsagent.bootstrap.e2e.AgentAnswer;
import java.util.Set;

/** What an application needs of an answer with {@code ResponseType = 0}. */
record ApplicationReply(AgentAnswer answer) {
  private static final Set<String> REFUSALS =
      Set.of("403 Forbidden.NoPermission", "409 Rejected.ResourceInDeleteWindow");

  /** {@code 200}, or the status and code of a failure. */
  String verdict() {
    return answer.verdict();
  }

  /** {@code Cache-Status} without its name and its seconds. */
  String cache() {
    return answer.cacheStatus();
  }

  /** The seconds since the call to KMS. */
  long age() {
    return answer.header("age").map(Long::parseLong).orElse(0L);
  }

  String value() {
    return isFound() ? answer.text("SecretData") : "";
  }

  boolean isFound() {
    return answer.status() == 200;
  }

  /** From the cache, without waiting for KMS. */
  boolean isHit() {
    return isFound() && cache().startsWith("hit");
  }

  boolean isStale() {
    return isFound() && cache().contains("stale-if-error");
  }

  /** The refusal of the secret by KMS. */
  boolean isRefusal() {
    return REFUSALS.contains(verdict());
  }
}
