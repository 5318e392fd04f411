package dev.kmsagent.bootstrap.wiring;

import dev.kmsagent.adapters.kms.credentials.KeyIssuer;
import dev.kmsagent.adapters.kms.credentials.RefreshingCredentials;
import dev.kmsagent.adapters.kms.resilience.BoundedCalls;
import dev.kmsagent.adapters.kms.resilience.FairBulkhead;
import dev.kmsagent.adapters.kms.resilience.ProtectedCalls;
import dev.kmsagent.adapters.kms.resilience.RateLimitedCalls;
import dev.kmsagent.application.CachedRetrieval;
import dev.kmsagent.application.RetrievalPorts;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.config.loading.ConfigLoader;
import dev.kmsagent.config.loading.ConfigSource;
import dev.kmsagent.config.loading.LoadResult;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.port.out.DurableRecord;
import dev.kmsagent.domain.port.out.NamePrincipal;
import dev.kmsagent.domain.port.out.SecretCache;
import dev.kmsagent.domain.port.out.SecretSource;
import dev.kmsagent.domain.time.TimeSources;
import dev.kmsagent.testkit.Secrets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The inside of an agent as the wiring puts it together, in virtual time. It can be asked by
 * several callers at once.
 */
public final class SimulatedAgent {
  private final RefreshingCredentials credentials;
  private final SecretCache cache;
  private final RetrieveSecret retrieval;

  /**
   * The services that an agent calls, and where it publishes events.
   *
   * @param observation sees the outcomes that the application gets
   */
  public record Services(
      KeyIssuer sts,
      SecretSource kms,
      UnaryOperator<SecretSource> observation,
      DurableRecord records,
      AgentEvents events) {}

  /**
   * @param executor for calls to STS
   * @param cacheOf makes the cache, which may have to know the principal
   */
  public SimulatedAgent(
      AgentConfig config,
      TimeSources timing,
      Executor executor,
      Services services,
      Function<NamePrincipal, SecretCache> cacheOf) {
    this.credentials =
        new RefreshingCredentials(
            services.sts(), executor, timing, services.events(), services.records());
    this.cache = cacheOf.apply(credentials);
    var kms =
        services.observation().apply(protectedKms(config.kms(), timing, executor, services.kms()));
    this.retrieval =
        new CachedRetrieval(
                new RetrievalPorts(cache, Secrets::plain, credentials, services.events()),
                timing,
                Parts.retrievalSettings(config))
            .with(kms);
  }

  /** As {@link CloudAccess} does it. */
  private SecretSource protectedKms(
      KmsConfig config, TimeSources timing, Executor executor, SecretSource kms) {
    var calls =
        new BoundedCalls(
            (query, _) -> kms.fetch(query, Instant.MAX).toCompletableFuture(),
            config.transport().readTimeout(),
            timing,
            _ -> {});
    var bulkhead = new FairBulkhead(ProtectedCalls.MAX_CALLS, timing, executor);
    return new ProtectedCalls(calls, config, bulkhead, timing, _ -> {})
        .ofRole(RateLimitedCalls.MOST_KNOWN, _ -> {})
        .apply(Optional.empty(), credentials);
  }

  /** The real configuration: its defaults, and what {@code settings} says in TOML. */
  public static AgentConfig config(String settings) {
    var loader = new ConfigLoader(Map.of("ALIBABA_CLOUD_REGION_ID", "cn-hangzhou"), Path.of(""));
    return switch (loader.load(new ConfigSource.Text("simulation", settings))) {
      case LoadResult.Loaded<AgentConfig>(var config, _) -> config;
      case LoadResult.Rejected<AgentConfig>(var problems) ->
          throw new IllegalArgumentException(problems.toString());
    };
  }

  /** How long entries are fresh and stale by a configuration. */
  public static FreshnessPolicy policy(AgentConfig config) {
    return Parts.retrievalSettings(config).freshness();
  }

  /** Obtains the credentials. */
  public void start() {
    var _ = credentials.obtain();
  }

  public SecretCache cache() {
    return cache;
  }

  public CompletableFuture<Retrieval> read(SecretQuery query, ReadMode mode) {
    return retrieval.retrieve(query, mode).toCompletableFuture();
  }
}
