package dev.kmsagent.adapters.telemetry;

import static dev.kmsagent.adapters.telemetry.HealthHandler.secondsBetween;

import dev.kmsagent.domain.Health.Dependency;
import dev.kmsagent.domain.Health.Status;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.port.CredentialEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The health of the agent's credentials. Before the first were obtained the agent cannot work;
 * later, missing credentials only degrade it, since clients are served from the cache.
 */
final class CredentialHealth extends HealthHandler<CredentialEvent> {
  private final InstantSource clock;

  /** Whether the configuration holds the credentials. */
  private final boolean configured;

  /** Of the last credentials; {@code MIN} without any. */
  private Instant end = Instant.MIN;

  private boolean everHeld;

  /** The failures since the credentials were last obtained. */
  private @Nullable Failure failure;

  /** The first and the last failed attempt, and the delay until the next. */
  private record Failure(Instant since, NoSecret reason, Instant at, Duration retryIn) {}

  CredentialHealth(InstantSource clock, CredentialOrigin credentials) {
    super(CredentialEvent.class);
    this.clock = clock;
    this.configured = credentials == CredentialOrigin.CONFIGURED;
  }

  @Override
  public synchronized void handle(CredentialEvent event) {
    if (event instanceof CredentialEvent.CredentialsObtained(var until)) {
      held(until);
      failure = null;
    } else if (event instanceof CredentialEvent.CredentialsNotRenewed kept) {
      held(kept.end());
      failure = failed(kept.reason(), kept.retryIn());
    } else if (event instanceof CredentialEvent.CredentialsMissing missing) {
      end = Instant.MIN;
      failure = failed(missing.reason(), missing.retryIn());
    }
  }

  private void held(Instant until) {
    end = until;
    everHeld = true;
  }

  private Failure failed(NoSecret reason, Duration retryIn) {
    var now = clock.instant();
    return new Failure(failure == null ? now : failure.since(), reason, now, retryIn);
  }

  @Override
  synchronized Map<String, Dependency> dependencies(Instant now) {
    return Map.of("credentials", describe(now));
  }

  private Dependency describe(Instant now) {
    if (failure != null) {
      return failing(failure, now);
    }
    if (!everHeld) {
      return configured
          ? new Dependency(Status.UP, "The credentials of the configuration are in use.")
          : new Dependency(Status.DOWN, "Credentials are being obtained.");
    }
    return now.isBefore(end)
        ? new Dependency(Status.UP, validity(end, now) + ".")
        : new Dependency(
            Status.DEGRADED, "The credentials ended %d s ago.".formatted(secondsBetween(end, now)));
  }

  private Dependency failing(Failure current, Instant now) {
    var why = describe(current, now);
    var never = !everHeld && !configured;
    var left =
        now.isBefore(end)
            ? "%s, but cannot be renewed: %s".formatted(validity(end, now), why)
            : "There are no credentials any more: " + why;
    return failing(
        never ? Status.DOWN : Status.DEGRADED,
        never
            ? "No credentials have been obtained for %d s: %s"
                .formatted(secondsBetween(current.since(), now), why)
            : left,
        current.since(),
        MetricLabels.of(current.reason()),
        current.reason().code(),
        "key-about-to-end");
  }

  private static String validity(Instant end, Instant now) {
    return end.equals(Instant.MAX)
        ? "The credentials have no end"
        : "The credentials are good for %d s".formatted(secondsBetween(now, end));
  }

  private static String describe(Failure last, Instant now) {
    var delay = last.retryIn().toSeconds() - secondsBetween(last.at(), now);
    return "%s; the next attempt is in %d s.".formatted(why(last.reason()), Math.max(0, delay));
  }

  /** The detail, followed by the code unless the detail holds it. */
  private static String why(NoSecret reason) {
    var code = reason.code();
    var detail = HealthHandler.clause(reason.detail());
    return code.isEmpty() || detail.contains(code) ? detail : detail + " (" + code + ")";
  }
}
