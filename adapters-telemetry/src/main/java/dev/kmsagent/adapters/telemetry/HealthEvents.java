package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.Health;
import dev.kmsagent.domain.Health.Dependency;
import dev.kmsagent.domain.Health.Status;
import dev.kmsagent.domain.port.AgentEvent;
import dev.kmsagent.domain.port.AgentEvent.AuthoritiesReloaded;
import dev.kmsagent.domain.port.AgentEvent.AuthoritiesUnreadable;
import dev.kmsagent.domain.port.AgentEvent.BreakerChanged;
import dev.kmsagent.domain.port.AgentEvent.BreakerState;
import dev.kmsagent.domain.port.AgentEvent.CredentialsMissing;
import dev.kmsagent.domain.port.AgentEvent.CredentialsNotRenewed;
import dev.kmsagent.domain.port.AgentEvent.CredentialsObtained;
import dev.kmsagent.domain.port.AgentEvent.EntryEvicted;
import dev.kmsagent.domain.port.AgentEvent.KmsCalled;
import dev.kmsagent.domain.port.AgentEvent.PrefetchFailed;
import dev.kmsagent.domain.port.AgentEvent.PrefetchFinished;
import dev.kmsagent.domain.port.AgentEvent.RefreshFailed;
import dev.kmsagent.domain.port.AgentEvent.RequestRejected;
import dev.kmsagent.domain.port.AgentEvent.SecretRead;
import dev.kmsagent.domain.port.AgentEvent.SecretRevoked;
import dev.kmsagent.domain.port.AgentEvent.TokenReloaded;
import dev.kmsagent.domain.port.AgentEvent.TokenUnreadable;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.ReportHealth;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The agent's health, gathered from events. It lives while it answers. It is ready once prefetching
 * is over and KMS has not failed from the very first call; an outage after a first answer only
 * degrades it, since clients are served from the cache. Thread-safe.
 */
public final class HealthEvents implements AgentEvents, ReportHealth {
  private static final Health ALIVE = new Health(Status.UP, Map.of());

  private final InstantSource clock;
  private final AtomicReference<KmsHealth> kms = new AtomicReference<>(new KmsHealth.NeverCalled());
  private volatile Dependency breaker = describe(BreakerState.CLOSED);
  private volatile Dependency prefetch;
  private volatile Dependency token = new Dependency(Status.UP, "The token is in force.");

  /**
   * @param toPrefetch how many secrets are to be loaded before the agent is ready; may be none
   */
  public HealthEvents(InstantSource clock, int toPrefetch) {
    this.clock = clock;
    this.prefetch =
        toPrefetch == 0
            ? new Dependency(Status.UP, "Nothing is to be prefetched.")
            : new Dependency(Status.DOWN, "Secrets are being prefetched: " + toPrefetch + ".");
  }

  @Override
  public void publish(AgentEvent event) {
    switch (event) {
      case KmsCalled call -> kms.updateAndGet(was -> was.after(call.outcome(), clock.instant()));
      case BreakerChanged change -> breaker = describe(change.to());
      case PrefetchFinished finished -> prefetch = describe(finished);
      case TokenReloaded _ ->
          token = new Dependency(Status.UP, "The token was read again after a change.");
      case TokenUnreadable unreadable -> token = describe(unreadable);
      case SecretRead _,
          RequestRejected _,
          SecretRevoked _,
          EntryEvicted _,
          RefreshFailed _,
          PrefetchFailed _,
          CredentialsObtained _,
          CredentialsNotRenewed _,
          CredentialsMissing _,
          AuthoritiesReloaded _,
          AuthoritiesUnreadable _ -> {}
    }
  }

  @Override
  public Health liveness() {
    return ALIVE;
  }

  @Override
  public Health readiness() {
    var dependencies =
        Map.of(
            "kms", kms.get().describe(clock.instant()),
            "breaker", breaker,
            "prefetch", prefetch,
            "token", token);
    var worst =
        dependencies.values().stream()
            .map(Dependency::status)
            .max(Comparator.naturalOrder())
            .orElseThrow();
    return new Health(worst, dependencies);
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

  private static Dependency describe(TokenUnreadable unreadable) {
    return new Dependency(
        Status.DEGRADED,
        "The token file could not be read again (%s); the token read before stays in force."
            .formatted(unreadable.reason()));
  }
}
