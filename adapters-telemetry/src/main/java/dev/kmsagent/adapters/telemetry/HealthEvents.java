package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.Health;
import dev.kmsagent.domain.Health.Dependency;
import dev.kmsagent.domain.Health.Status;
import dev.kmsagent.domain.port.AgentEvent;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.CacheEvent.CoherenceChanged;
import dev.kmsagent.domain.port.CacheEvent.EntryEvicted;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheCalled;
import dev.kmsagent.domain.port.CacheEvent.SharedEntryRead;
import dev.kmsagent.domain.port.CredentialEvent.CredentialsMissing;
import dev.kmsagent.domain.port.CredentialEvent.CredentialsNotRenewed;
import dev.kmsagent.domain.port.CredentialEvent.CredentialsObtained;
import dev.kmsagent.domain.port.KmsEvent.BreakerChanged;
import dev.kmsagent.domain.port.KmsEvent.BreakerState;
import dev.kmsagent.domain.port.KmsEvent.KmsCalled;
import dev.kmsagent.domain.port.KmsEvent.RefreshFailed;
import dev.kmsagent.domain.port.KmsEvent.SecretRevoked;
import dev.kmsagent.domain.port.LifecycleEvent.AuthoritiesReloaded;
import dev.kmsagent.domain.port.LifecycleEvent.AuthoritiesUnreadable;
import dev.kmsagent.domain.port.LifecycleEvent.PrefetchFailed;
import dev.kmsagent.domain.port.LifecycleEvent.PrefetchFinished;
import dev.kmsagent.domain.port.LifecycleEvent.TokenReloaded;
import dev.kmsagent.domain.port.LifecycleEvent.TokenUnreadable;
import dev.kmsagent.domain.port.ReadEvent.RequestRejected;
import dev.kmsagent.domain.port.ReadEvent.SecretRead;
import dev.kmsagent.domain.port.ReportHealth;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The agent's health, gathered from events. It lives while it answers. It is ready once it has
 * credentials, prefetching is over and KMS has not failed from the very first call; an outage after
 * a first success only degrades it, since clients are served from the cache, and so does a cache
 * shared with other agents that does not do its part. Thread-safe.
 */
public final class HealthEvents implements AgentEvents, ReportHealth {
  private static final Health ALIVE = new Health(Status.UP, Map.of());

  private final InstantSource clock;
  private final AtomicReference<KmsHealth> kms = new AtomicReference<>(new KmsHealth.NeverCalled());
  private final AtomicReference<CredentialsHealth> credentials;
  private final AtomicReference<SharedCacheHealth> shared =
      new AtomicReference<>(SharedCacheHealth.untold());

  /** What events alone change; the authorities are there once there is something to tell. */
  private final Map<Part, Dependency> told = new ConcurrentHashMap<>();

  /** A dependency whose description does not change with time. */
  private enum Part {
    BREAKER,
    PREFETCH,
    TOKEN,
    AUTHORITIES
  }

  /**
   * @param toPrefetch how many secrets are to be loaded before the agent is ready; may be none
   */
  public HealthEvents(InstantSource clock, int toPrefetch, Identity identity) {
    this.clock = clock;
    this.credentials = new AtomicReference<>(CredentialsHealth.of(identity));
    told.put(Part.BREAKER, describe(BreakerState.CLOSED));
    told.put(Part.TOKEN, new Dependency(Status.UP, "The token is in force."));
    told.put(
        Part.PREFETCH,
        toPrefetch == 0
            ? new Dependency(Status.UP, "Nothing is to be prefetched.")
            : new Dependency(Status.DOWN, "Secrets are being prefetched: " + toPrefetch + "."));
  }

  @Override
  public void publish(AgentEvent event) {
    switch (event) {
      case KmsCalled call -> kms.updateAndGet(was -> was.after(call.outcome(), clock.instant()));
      case BreakerChanged change -> told.put(Part.BREAKER, describe(change.to()));
      case PrefetchFinished finished -> told.put(Part.PREFETCH, describe(finished));
      case TokenReloaded _ -> told.put(Part.TOKEN, reloaded("The token was"));
      case TokenUnreadable(var reason) ->
          told.put(Part.TOKEN, unreadable("The token file", reason));
      case CredentialsObtained obtained -> credentials.updateAndGet(was -> was.after(obtained));
      case CredentialsNotRenewed failure ->
          credentials.updateAndGet(was -> was.after(failure, clock.instant()));
      case CredentialsMissing failure ->
          credentials.updateAndGet(was -> was.after(failure, clock.instant()));
      case AuthoritiesReloaded _ -> told.put(Part.AUTHORITIES, reloaded("The authorities were"));
      case AuthoritiesUnreadable(var reason) ->
          told.put(Part.AUTHORITIES, unreadable("The file of authorities", reason));
      case SharedCacheCalled call -> shared.updateAndGet(was -> was.after(call, clock.instant()));
      case CoherenceChanged change ->
          shared.updateAndGet(was -> was.after(change, clock.instant()));
      case SecretRead _,
          RequestRejected _,
          SecretRevoked _,
          EntryEvicted _,
          RefreshFailed _,
          PrefetchFailed _,
          SharedEntryRead _ -> {}
    }
  }

  @Override
  public Health liveness() {
    return ALIVE;
  }

  @Override
  public Health readiness() {
    var dependencies = dependencies(clock.instant());
    var worst =
        dependencies.values().stream()
            .map(Dependency::status)
            .max(Comparator.naturalOrder())
            .orElseThrow();
    return new Health(worst, dependencies);
  }

  private Map<String, Dependency> dependencies(Instant now) {
    var dependencies = new HashMap<String, Dependency>();
    told.forEach((part, dependency) -> dependencies.put(MetricLabels.of(part), dependency));
    dependencies.put("kms", kms.get().describe(now));
    dependencies.put("credentials", credentials.get().describe(now));
    shared.get().describe(now).ifPresent(cache -> dependencies.put("shared_cache", cache));
    return dependencies;
  }

  private static Dependency describe(BreakerState state) {
    return switch (state) {
      case CLOSED -> new Dependency(Status.UP, "The circuit breaker is closed.");
      case HALF_OPEN -> new Dependency(Status.DEGRADED, "The circuit breaker is trying KMS again.");
      case OPEN -> new Dependency(Status.DEGRADED, "The circuit breaker is open: no calls to KMS.");
    };
  }

  private static Dependency describe(PrefetchFinished finished) {
    return new Dependency(
        Status.UP,
        "Prefetching is over: %d loaded, %d failed."
            .formatted(finished.loaded(), finished.failed()));
  }

  private static Dependency reloaded(String what) {
    return new Dependency(Status.UP, what + " read again after a change.");
  }

  private static Dependency unreadable(String file, String reason) {
    return new Dependency(
        Status.DEGRADED,
        "%s could not be read again (%s); what was read before stays in force."
            .formatted(file, reason));
  }
}
