package dev.kmsagent.benchmarks;

import dev.kmsagent.adapters.cache.memory.CaffeineSecretCache;
import dev.kmsagent.adapters.http.dialect.DialectRenderer;
import dev.kmsagent.adapters.telemetry.EventHandler;
import dev.kmsagent.adapters.telemetry.FanOutEvents;
import dev.kmsagent.adapters.telemetry.HealthEvents;
import dev.kmsagent.adapters.telemetry.LogLosses;
import dev.kmsagent.adapters.telemetry.LoggingEvents;
import dev.kmsagent.adapters.telemetry.MetricsEvents;
import dev.kmsagent.application.CachedRetrieval;
import dev.kmsagent.application.RetrievalPorts;
import dev.kmsagent.application.RetrievalSettings;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.loading.ConfigLoader;
import dev.kmsagent.config.loading.ConfigSource;
import dev.kmsagent.config.loading.LoadResult;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.port.out.SecretRenderer;
import dev.kmsagent.domain.time.Clocks;
import dev.kmsagent.domain.time.TimeSources;
import dev.kmsagent.testkit.FakeSecretSource;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Retrieval as the agent wires it, on a KMS that answers at once; nothing is logged, since no
 * logging library is there.
 */
public final class Retrievals {
  /** What is read. */
  public static final String NAME = "app/dev/secret-1";

  /** Longer than a benchmark takes: every read is a hit. */
  private static final Duration TTL = Duration.ofDays(1);

  /** The query for what is read. */
  public static final SecretQuery QUERY = Secrets.current(NAME);

  private final InstantSource clock = InstantSource.system();
  private final FakeSecretSource kms = new FakeSecretSource(new VirtualTime());
  private final SecretRenderer renderer = new DialectRenderer(config().server());
  private final MetricsEvents metrics =
      new MetricsEvents(config(), clock, "benchmark", new LogLosses(clock));
  private final HealthEvents health = new HealthEvents(config(), clock, Optional.empty());
  private final AgentEvents events = new FanOutEvents(handlers());

  /** The defaults, with a key. */
  public static AgentConfig config() {
    var loader = new ConfigLoader(Map.of("ALIBABA_CLOUD_REGION_ID", "cn-hangzhou"), Path.of(""));
    var key =
        """
        KMS.CredentialType = "AccessKey"
        KMS.AccessKeyId = "id"
        KMS.AccessKeySecret = "secret"
        """;
    return switch (loader.load(new ConfigSource.Text("config.toml", key))) {
      case LoadResult.Loaded<AgentConfig>(var config, _) -> config;
      case LoadResult.Rejected<AgentConfig>(var problems) ->
          throw new IllegalStateException(problems.toString());
    };
  }

  private List<EventHandler.Typed<?>> handlers() {
    var handlers = new ArrayList<EventHandler.Typed<?>>(metrics.handlers());
    handlers.addAll(health.handlers());
    handlers.addAll(new LoggingEvents(clock).handlers());
    return handlers;
  }

  /** Retrieval through the cache in memory, which holds a value of {@code bytes} bytes. */
  public RetrieveSecret of(int bytes) {
    var policy = new FreshnessPolicy(TTL, 0, 1, TTL);
    var retrieval =
        new CachedRetrieval(
                new RetrievalPorts(
                    new CaffeineSecretCache(1000, 64L << 20, events),
                    renderer,
                    new ConfirmedIdentity(),
                    events),
                new TimeSources(Clocks.of(clock), new VirtualTime(), () -> 0),
                new RetrievalSettings(policy, Duration.ofSeconds(10), Duration.ofMillis(500), 1000))
            .with(kms);
    kms.hold(NAME, "v1", "x".repeat(bytes));
    retrieval.retrieve(QUERY, ReadMode.CACHED).toCompletableFuture().join();
    if (retrieval.lookUp(QUERY).isEmpty()) {
      throw new IllegalStateException("what was read is not at hand");
    }
    return retrieval;
  }

  public InstantSource clock() {
    return clock;
  }

  public MetricsEvents metrics() {
    return metrics;
  }

  public HealthEvents health() {
    return health;
  }

  public AgentEvents events() {
    return events;
  }
}
