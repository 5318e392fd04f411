package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.Caller;
import dev.kmsagent.domain.Health.Dependency;
import dev.kmsagent.domain.Health.Status;
import dev.kmsagent.domain.event.CallerEvent;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;

/**
 * The health of an agent where each pod has its own role. It is ready once it has the keys of the
 * cluster, and STS and KMS have answered as they do when they work: so that a rollout during an
 * outage does not replace agents with full caches. Keys and secrets from before a restart do
 * instead. Afterwards a role that fails only degrades it.
 */
final class CallerHealth extends HealthHandler<CallerEvent> {
  private final InstantSource clock;
  private final CacheHealth cache;
  private final FailingRoles roles;
  private volatile Dependency keys =
      new Dependency(Status.DOWN, "The keys of the cluster are being obtained.");
  private volatile Dependency cloud =
      new Dependency(Status.DOWN, "STS and KMS have not answered yet.");

  CallerHealth(InstantSource clock, CacheHealth cache, FailingRoles roles) {
    super(CallerEvent.class);
    this.clock = clock;
    this.cache = cache;
    this.roles = roles;
  }

  @Override
  public void handle(CallerEvent event) {
    switch (event) {
      case CallerEvent.ClusterKeysObtained _ ->
          keys = new Dependency(Status.UP, "The keys of the cluster are in force.");
      case CallerEvent.ClusterKeysUnavailable(var detail) ->
          keys =
              new Dependency(
                  keys.status() == Status.DOWN ? Status.DOWN : Status.DEGRADED,
                  "The keys of the cluster cannot be obtained: " + detail);
      case CallerEvent.ClusterKeysRestored _ ->
          keys =
              new Dependency(
                  Status.DEGRADED, "The keys of the cluster are those from before the start.");
      case CallerEvent.CloudAnswered _ ->
          cloud = new Dependency(Status.UP, "STS and KMS have answered.");
      case CallerEvent.CloudUnanswered(var host, var detail) ->
          cloud =
              new Dependency(
                  Status.DOWN, "STS and KMS have not answered yet. " + host + ": " + detail);
      case CallerEvent.GrantConfirmed(var subject, var role, _) ->
          roles.succeeded(new Caller(subject, "", role));
      case CallerEvent.GrantEnded(var subject, var role, var reason) ->
          roles.failed(new Caller(subject, "", role), reason, clock.instant());
      case CallerEvent.GrantNotConfirmed(var subject, var role, var reason) ->
          roles.failed(new Caller(subject, "", role), reason, clock.instant());
      case CallerEvent.GrantRestored _, CallerEvent.TenantOpened _, CallerEvent.TenantClosed _ -> {}
    }
  }

  @Override
  Map<String, Dependency> dependencies(Instant now) {
    return Map.of("cluster_keys", keys, "cloud", cloud(), "roles", roles.dependency(now));
  }

  private Dependency cloud() {
    var now = cloud;
    return now.status() == Status.DOWN && cache.hasRestored()
        ? new Dependency(Status.DEGRADED, now.detail())
        : now;
  }
}
