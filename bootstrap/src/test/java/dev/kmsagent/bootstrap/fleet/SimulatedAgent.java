package dev.kmsagent.bootstrap.fleet;

import dev.kmsagent.adapters.kms.credentials.RefreshTiming;
import dev.kmsagent.adapters.kms.credentials.RefreshingCredentials;
import dev.kmsagent.adapters.kms.resilience.BulkheadSecretSource;
import dev.kmsagent.adapters.kms.resilience.CircuitBreakingSecretSource;
import dev.kmsagent.adapters.kms.resilience.DeadlineSecretSource;
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
import dev.kmsagent.domain.port.SecretCache;
import dev.kmsagent.domain.port.SecretSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * The inside of an agent as the wiring puts it together, in virtual time. It can be asked by
 * several callers at once.
 */
final class SimulatedAgent {
  private static final Duration TIME_TO_ASK_STS = Duration.ofMillis(50);
  private static final Representation BODY = new Representation(new byte[] {'{', '}'}, "\"1\"");

  private final SecretCache cache;
  private final RefreshingCredentials credentials;
  private final List<CachedRetrieval> retrievals;

  /**
   * @param flights 1 for the single flight of an agent; more: so many callers each have their own
   */
  SimulatedAgent(AgentConfig config, Cloud cloud, SecretCache cache, int flights) {
    this.cache = cache;
    this.credentials =
        new RefreshingCredentials(
            cloud.sts(),
            task -> cloud.time().schedule(TIME_TO_ASK_STS, task),
            new RefreshTiming(Clocks.of(cloud.time()), cloud.time(), cloud.random()::nextDouble),
            _ -> {});
    var outside =
        new RetrievalPorts(
            guarded(called(config.kms(), cloud), config.kms(), cloud),
            cache,
            _ -> BODY,
            credentials,
            _ -> {});
    var timing = new TimeSources(cloud.time(), cloud.time(), cloud.random()::nextDouble);
    this.retrievals =
        IntStream.range(0, flights)
            .mapToObj(_ -> new CachedRetrieval(outside, timing, settings(config)))
            .toList();
  }

  private SecretSource called(KmsConfig config, Cloud cloud) {
    var limited =
        new RateLimitedCalls(
            (query, _, deadline) -> cloud.kms().fetch(query, deadline),
            config.limits().maxCallsPerSecond(),
            cloud.time(),
            cloud.random());
    return new SigningSecretSource(limited, credentials);
  }

  private static SecretSource guarded(SecretSource source, KmsConfig config, Cloud cloud) {
    var time = cloud.time();
    var retrying =
        new RetryingSecretSource(
            new DeadlineSecretSource(source, time, time),
            config.retry(),
            cloud.random(),
            time,
            time);
    return new CircuitBreakingSecretSource(
        new BulkheadSecretSource(retrying, config.limits().maxConcurrentCalls()),
        config.circuitBreaker(),
        time,
        _ -> {});
  }

  private static RetrievalSettings settings(AgentConfig config) {
    var freshness = config.cache().freshness();
    var policy =
        new FreshnessPolicy(
            freshness.ttl(),
            freshness.ttlJitterRatio(),
            freshness.refreshAheadRatio(),
            freshness.maxStale(),
            freshness.negativeTtl());
    return new RetrievalSettings(
        policy,
        config.server().requestTimeout(),
        freshness.staleAfter(),
        config.cache().maxEntries());
  }

  void start() {
    var _ = credentials.obtain();
  }

  SecretCache cache() {
    return cache;
  }

  int flights() {
    return retrievals.size();
  }

  /** The answer to all callers that share this flight. */
  CompletableFuture<Retrieval> read(SecretQuery query, int flight) {
    return retrievals.get(flight).retrieve(query, ReadMode.CACHED).toCompletableFuture();
  }
}
