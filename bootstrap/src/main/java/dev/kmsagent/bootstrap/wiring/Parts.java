package dev.kmsagent.bootstrap.wiring;

import dev.kmsagent.adapters.http.dialect.DialectRenderer;
import dev.kmsagent.application.RetrievalSettings;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.time.TimeSources;
import java.time.Duration;

/** What every kind of {@link ServedSecrets} is made of. */
record Parts(
    AgentConfig config,
    CacheAccess cache,
    CloudAccess cloud,
    TimeSources timing,
    AgentEvents events) {
  DialectRenderer renderer() {
    return renderer(config);
  }

  static DialectRenderer renderer(AgentConfig config) {
    return new DialectRenderer(config.server());
  }

  /** No value is served stale where {@code Server.IgnoreTransientErrors} is false. */
  static RetrievalSettings retrievalSettings(AgentConfig config) {
    var server = config.server();
    var freshness = config.cache().freshness();
    var policy =
        new FreshnessPolicy(
            freshness.ttl(),
            freshness.ttlJitterRatio(),
            freshness.refreshAheadRatio(),
            server.ignoreTransientErrors() ? freshness.maxStale() : Duration.ZERO);
    return new RetrievalSettings(
        policy, server.requestTimeout(), freshness.staleAfter(), config.cache().maxEntries());
  }
}
