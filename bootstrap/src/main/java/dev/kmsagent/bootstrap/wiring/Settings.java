package dev.kmsagent.bootstrap.wiring;

import dev.kmsagent.application.RetrievalSettings;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.domain.FreshnessPolicy;
import java.time.Duration;

/** What each room is told, out of what the agent was told: none of them knows the configuration. */
final class Settings {
  private Settings() {}

  static RetrievalSettings retrieval(AgentConfig config) {
    var server = config.server();
    var freshness = config.cache().freshness();
    var policy =
        new FreshnessPolicy(
            freshness.ttl(),
            freshness.ttlJitterRatio(),
            freshness.refreshAheadRatio(),
            server.ignoreTransientErrors() ? freshness.maxStale() : Duration.ZERO,
            freshness.negativeTtl());
    return new RetrievalSettings(policy, server.requestTimeout(), freshness.staleAfter());
  }
}
