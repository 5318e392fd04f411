package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.Caller;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.Health.Dependency;
import dev.kmsagent.domain.Health.Status;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.event.KmsEvent;
import dev.kmsagent.domain.event.KmsEvent.BreakerState;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The health of KMS and of its circuit breaker. The refusal of a secret is an answer of KMS. */
final class KmsHealth extends HealthHandler<KmsEvent> {
  private static final int NOT_FOUND = 404;

  private final InstantSource clock;
  private final CacheHealth cache;
  private final Optional<FailingRoles> roles;
  private BreakerState breaker = BreakerState.CLOSED;
  private @Nullable Instant answered;

  /** The failures since the last answer; none while KMS answers. */
  private @Nullable Failures<NoSecret> failures;

  /**
   * @param roles which of them fail, where each pod has its own
   */
  KmsHealth(InstantSource clock, CacheHealth cache, Optional<FailingRoles> roles) {
    super(KmsEvent.class);
    this.clock = clock;
    this.cache = cache;
    this.roles = roles;
  }

  @Override
  public synchronized void handle(KmsEvent event) {
    if (event instanceof KmsEvent.KmsCalled(_, var outcome, _, var caller)) {
      record(outcome, clock.instant());
      roles.ifPresent(it -> caller.ifPresent(of -> record(outcome, of, it)));
    } else if (event instanceof KmsEvent.BreakerChanged(_, var to)) {
      breaker = to;
    }
  }

  private void record(FetchOutcome outcome, Instant now) {
    if (outcome.isAnswer()) {
      answered = now;
      failures = null;
    } else if (outcome instanceof NoSecret reason) {
      failures = Failures.after(failures, reason, now);
    }
  }

  /** A name that KMS does not know is a mistake of the caller, who may ask for many. */
  private void record(FetchOutcome outcome, Caller caller, FailingRoles ofAll) {
    if (outcome instanceof Refused refused && refused.error().status() == NOT_FOUND) {
      return;
    }
    if (outcome instanceof NoSecret reason) {
      ofAll.failed(caller, reason, clock.instant());
    } else {
      ofAll.succeeded(caller);
    }
  }

  @Override
  synchronized Map<String, Dependency> dependencies(Instant now) {
    return Map.of("kms", kms(now), "breaker", breaker());
  }

  private Dependency kms(Instant now) {
    if (failures != null) {
      return failing(failures, now);
    }
    return answered == null
        ? new Dependency(Status.UP, "KMS has not been called yet.")
        : new Dependency(Status.UP, "KMS answered %s.".formatted(ago(answered, now)));
  }

  /**
   * Without any answer the agent may be configured wrongly, and it has nothing to serve but what
   * was there before a restart; where each pod has its own role, the failure may be that of one.
   */
  private Dependency failing(Failures<NoSecret> current, Instant now) {
    var why = outcome(current.last());
    var down = answered == null && roles.isEmpty() && !cache.hasRestored();
    return failing(
        down ? Status.DOWN : Status.DEGRADED,
        answered == null
            ? "KMS has never answered; calls have failed for %d s: %s."
                .formatted(HealthHandler.secondsBetween(current.since(), now), why)
            : "KMS last answered %s; calls fail: %s.".formatted(ago(answered, now), why),
        current.since(),
        MetricLabels.of(current.last()),
        current.last().code(),
        "kms-down");
  }

  private Dependency breaker() {
    return switch (breaker) {
      case CLOSED -> new Dependency(Status.UP, "The circuit breaker is closed.");
      case HALF_OPEN -> new Dependency(Status.DEGRADED, "The circuit breaker is trying KMS again.");
      case OPEN -> new Dependency(Status.DEGRADED, "The circuit breaker is open: no calls to KMS.");
    };
  }

  private static String ago(Instant then, Instant now) {
    return HealthHandler.secondsBetween(then, now) + " s ago";
  }
}
