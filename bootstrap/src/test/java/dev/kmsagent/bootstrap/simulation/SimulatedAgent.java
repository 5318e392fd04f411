package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.adapters.kms.credentials.KeyIssuer;
import dev.kmsagent.adapters.kms.credentials.RefreshTiming;
import dev.kmsagent.adapters.kms.credentials.RefreshingCredentials;
import dev.kmsagent.adapters.kms.resilience.BoundedCalls;
import dev.kmsagent.adapters.kms.resilience.CircuitBreakingSecretSource;
import dev.kmsagent.adapters.kms.resilience.RateLimitedCalls;
import dev.kmsagent.adapters.kms.resilience.RetryingSecretSource;
import dev.kmsagent.adapters.kms.resilience.SigningSecretSource;
import dev.kmsagent.application.CachedRetrieval;
import dev.kmsagent.application.RetrievalPorts;
import dev.kmsagent.application.RetrievalSettings;
import dev.kmsagent.application.TimeSources;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Representation;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.NamePrincipal;
import dev.kmsagent.domain.port.Scheduler;
import dev.kmsagent.domain.port.SecretCache;
import dev.kmsagent.domain.port.SecretSource;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * The inside of an agent as the wiring puts it together, in virtual time. It can be asked by
 * several callers at once.
 */
public final class SimulatedAgent {
  private static final Representation BODY = new Representation(new byte[] {'{', '}'});

  private final SecretCache cache;
  private final RefreshingCredentials credentials;
  private final CachedRetrieval retrieval;

  /**
   * What an agent runs on.
   *
   * @param executor for calls to STS
   */
  public record Environment(
      Clocks clocks, Scheduler scheduler, Executor executor, RandomGenerator random) {}

  /**
   * The services that an agent calls, and where it publishes events.
   *
   * @param observation sees the outcomes that the application gets
   */
  public record Services(
      KeyIssuer sts,
      SecretSource kms,
      UnaryOperator<SecretSource> observation,
      AgentEvents events) {}

  /**
   * @param cacheOf makes the cache, which may have to know the principal
   */
  public SimulatedAgent(
      AgentConfig config,
      Environment environment,
      Services services,
      Function<NamePrincipal, SecretCache> cacheOf) {
    var clock = environment.clocks().agent();
    var scheduler = environment.scheduler();
    DoubleSupplier chance = environment.random()::nextDouble;
    this.credentials =
        new RefreshingCredentials(
            services.sts(),
            environment.executor(),
            new RefreshTiming(environment.clocks(), scheduler, chance),
            _ -> {});
    this.cache = cacheOf.apply(credentials);
    var outside =
        new RetrievalPorts(
            services
                .observation()
                .apply(
                    guarded(
                        called(config.kms(), services, environment), config.kms(), environment)),
            cache,
            _ -> BODY,
            credentials,
            services.events());
    var timing = new TimeSources(clock, scheduler, chance);
    this.retrieval = new CachedRetrieval(outside, timing, settings(config));
  }

  private SecretSource called(KmsConfig config, Services services, Environment environment) {
    var clock = environment.clocks().agent();
    var scheduler = environment.scheduler();
    var bounded =
        new BoundedCalls(
            (query, _) -> services.kms().fetch(query, Instant.MAX).toCompletableFuture(),
            config.transport().readTimeout(),
            BoundedCalls.MAX_CALLS,
            clock,
            scheduler,
            _ -> {});
    var limited =
        new RateLimitedCalls(bounded, config.maxCallsPerSecond(), clock, environment.random());
    return new SigningSecretSource(limited, credentials, clock, scheduler);
  }

  private static SecretSource guarded(
      SecretSource source, KmsConfig config, Environment environment) {
    var clock = environment.clocks().agent();
    var retrying =
        new RetryingSecretSource(
            source, config.maxAttempts(), environment.random(), clock, environment.scheduler());
    return new CircuitBreakingSecretSource(
        retrying, CircuitBreakingSecretSource.breaker(config.circuitBreaker(), clock, _ -> {}));
  }

  private static RetrievalSettings settings(AgentConfig config) {
    return new RetrievalSettings(
        policy(config),
        config.server().requestTimeout(),
        config.cache().freshness().staleAfter(),
        config.cache().maxEntries());
  }

  /** How long entries are fresh and stale by a configuration. */
  static FreshnessPolicy policy(AgentConfig config) {
    var freshness = config.cache().freshness();
    return new FreshnessPolicy(
        freshness.ttl(),
        freshness.ttlJitterRatio(),
        freshness.refreshAheadRatio(),
        freshness.maxStale());
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
