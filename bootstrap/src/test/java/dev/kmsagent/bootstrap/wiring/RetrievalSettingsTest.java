package dev.kmsagent.bootstrap.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.application.RetrievalSettings;
import dev.kmsagent.domain.FreshnessPolicy;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Each number differs from all others, so that none can stand in another's place. */
final class RetrievalSettingsTest {
  @Test
  void retrieval_gets_the_configured_durations_and_ratios() {
    var config =
        SimulatedAgent.config(
            """
            [Server]
            RequestTimeoutSeconds = 8
            [Cache]
            TtlSeconds = 60
            TtlJitterRatio = 0.2
            RefreshAheadRatio = 0.7
            MaxStaleSeconds = 90
            StaleAfterMillis = 300
            CacheSize = 70
            """);

    assertThat(Parts.retrievalSettings(config))
        .isEqualTo(
            new RetrievalSettings(
                new FreshnessPolicy(Duration.ofSeconds(60), 0.2, 0.7, Duration.ofSeconds(90)),
                Duration.ofSeconds(8),
                Duration.ofMillis(300),
                70));
  }

  @Test
  void nothing_is_served_stale_where_transient_errors_are_not_ignored() {
    var config =
        SimulatedAgent.config("Server.IgnoreTransientErrors = false\nCache.MaxStaleSeconds = 90\n");

    assertThat(Parts.retrievalSettings(config).freshness().maxStale()).isZero();
  }
}
