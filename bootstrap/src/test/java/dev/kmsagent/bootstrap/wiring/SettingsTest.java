package dev.kmsagent.bootstrap.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.http.HttpSettings;
import dev.kmsagent.adapters.kms.resilience.BreakerSettings;
import dev.kmsagent.adapters.kms.resilience.RetrySettings;
import dev.kmsagent.adapters.kms.transport.Proxying;
import dev.kmsagent.adapters.kms.transport.Trust;
import dev.kmsagent.application.RetrievalSettings;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.loading.ConfigLoader;
import dev.kmsagent.config.loading.ConfigSource;
import dev.kmsagent.config.loading.LoadResult;
import dev.kmsagent.domain.FreshnessPolicy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Each number differs from all others, so that none can stand in another's place. */
final class SettingsTest {
  private static AgentConfig config(String toml) {
    var loader =
        new ConfigLoader(Map.of("ALIBABA_CLOUD_REGION_ID", "cn-hangzhou"), Path.of("/somewhere"));
    return switch (loader.load(new ConfigSource.Text("test.toml", toml))) {
      case LoadResult.Loaded<AgentConfig>(var config, _) -> config;
      case LoadResult.Rejected<AgentConfig>(var problems) ->
          throw new AssertionError(problems.toString());
    };
  }

  @Test
  void the_listeners_are_told_where_to_listen_and_whom_to_let_in() {
    var config =
        config(
            """
            [Server]
            HttpPort = 2026
            PathPrefix = "/kv/"
            MaxConn = 7
            AllowedHosts = ["agent"]
            [Management]
            Address = "127.0.0.2"
            Port = 2027
            [Log]
            Audit = true
            """);

    assertThat(Settings.http(config, "p"))
        .isEqualTo(
            new HttpSettings(
                new HttpSettings.Address("127.0.0.1", 2026),
                Optional.of(new HttpSettings.Address("127.0.0.2", 2027)),
                List.of("agent"),
                "/kv/",
                7,
                true,
                "p"));
  }

  @Test
  void retrieval_is_told_how_long_things_last() {
    var config =
        config(
            """
            [Server]
            RequestTimeoutSeconds = 8
            [Cache]
            TtlSeconds = 60
            TtlJitterRatio = 0.2
            RefreshAheadRatio = 0.7
            MaxStaleSeconds = 90
            StaleAfterMillis = 300
            NegativeTtlSeconds = 4
            """);

    assertThat(Settings.retrieval(config))
        .isEqualTo(
            new RetrievalSettings(
                new FreshnessPolicy(
                    Duration.ofSeconds(60),
                    0.2,
                    0.7,
                    Duration.ofSeconds(90),
                    Duration.ofSeconds(4)),
                Duration.ofSeconds(8),
                Duration.ofMillis(300)));
  }

  @Test
  void nothing_is_served_stale_where_transient_errors_are_not_ignored() {
    var config = config("Server.IgnoreTransientErrors = false\nCache.MaxStaleSeconds = 90\n");

    assertThat(Settings.retrieval(config).freshness().maxStale()).isZero();
  }

  @Test
  void kms_is_reached_as_configured() {
    var settings =
        Settings.kms(
            config("KMS.ConnectTimeoutMillis = 700\nKMS.ReadTimeoutMillis = 900\n")
                .kms()
                .transport());

    assertThat(settings.endpoint()).isEqualTo(URI.create("https://kms.cn-hangzhou.aliyuncs.com"));
    assertThat(settings.connectTimeout()).hasMillis(700);
    assertThat(settings.readTimeout()).hasMillis(900);
    assertThat(settings.trust()).isEqualTo(new Trust.SystemAuthorities());
    assertThat(settings.proxying()).isEqualTo(new Proxying.Direct());
  }

  @Test
  void a_proxy_gets_the_login_that_its_address_holds() {
    var proxying =
        Settings.kms(config("KMS.Proxy = \"http://me:pass@proxy:3128\"\n").kms().transport())
            .proxying();

    assertThat(proxying)
        .isInstanceOfSatisfying(
            Proxying.Through.class,
            through -> {
              assertThat(through.host()).isEqualTo("proxy");
              assertThat(through.port()).isEqualTo(3128);
              assertThat(through.login())
                  .isInstanceOfSatisfying(
                      Proxying.Login.Basic.class,
                      basic -> {
                        assertThat(basic.account().getUserName()).isEqualTo("me");
                        assertThat(basic.account().getPassword())
                            .containsExactly('p', 'a', 's', 's');
                      });
            });
  }

  @Test
  void retries_and_the_breaker_are_told_their_numbers() {
    var kms =
        config(
                """
                [KMS.Retry]
                MaxAttempts = 4
                InitialBackoffMillis = 50
                MaxBackoffMillis = 800
                [KMS.CircuitBreaker]
                FailureRateThreshold = 60
                SlidingWindowSize = 30
                MinimumCalls = 6
                OpenSeconds = 9
                HalfOpenCalls = 2
                """)
            .kms();

    assertThat(Settings.retry(kms.retry()))
        .isEqualTo(new RetrySettings(4, Duration.ofMillis(50), Duration.ofMillis(800)));
    assertThat(Settings.breaker(kms.circuitBreaker()))
        .isEqualTo(new BreakerSettings(60, 30, 6, Duration.ofSeconds(9), 2));
  }
}
