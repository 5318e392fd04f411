package dev.kmsagent.adapters.telemetry;

import static dev.kmsagent.adapters.telemetry.HealthHandler.secondsBetween;

import dev.kmsagent.domain.Health.Dependency;
import dev.kmsagent.domain.Health.Status;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.event.CredentialEvent;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The health of the agent's credentials. Before the first were obtained the agent cannot work,
 * unless its principal and secrets from before a restart are known; later, missing credentials only
 * degrade it, since clients are served from the cache.
 */
final class CredentialHealth extends HealthHandler<CredentialEvent> {
  private final InstantSource clock;
  private final CacheHealth cache;

  /** Of the last credentials; {@code MIN} without any. */
  private Instant end;

  private boolean everHeld;

  /** To when the principal from before a restart counts. */
  private Instant restoredUntil = Instant.MIN;

  /** The failures since the credentials were last obtained. */
  private @Nullable Failures<NoSecret> failures;

  /** Why the next key may not be had; none while the token is renewed in time. */
  private @Nullable Failures<String> overdue;

  CredentialHealth(InstantSource clock, CacheHealth cache, boolean hasKey) {
    super(CredentialEvent.class);
    this.clock = clock;
    this.cache = cache;
    this.everHeld = hasKey;
    this.end = everHeld ? Instant.MAX : Instant.MIN;
  }

  @Override
  public synchronized void handle(CredentialEvent event) {
    if (event instanceof CredentialEvent.CredentialsObtained(var until)) {
      held(until);
      failures = null;
    } else if (event instanceof CredentialEvent.CredentialsNotRenewed(var reason, _, var until)) {
      held(until);
      failures = Failures.after(failures, reason, clock.instant());
    } else if (event instanceof CredentialEvent.CredentialsMissing(var reason, _)) {
      end = Instant.MIN;
      restoredUntil = reason instanceof NoSecret.IdentityRefused ? Instant.MIN : restoredUntil;
      failures = Failures.after(failures, reason, clock.instant());
    } else if (event instanceof CredentialEvent.PrincipalRestored(_, var until)) {
      restoredUntil = until;
    } else if (event instanceof CredentialEvent.OidcTokenOverdue(var reason)) {
      overdue = Failures.after(overdue, reason, clock.instant());
    } else if (event instanceof CredentialEvent.OidcTokenRenewed) {
      overdue = null;
    }
  }

  private void held(Instant until) {
    end = until;
    everHeld = true;
  }

  @Override
  synchronized Map<String, Dependency> dependencies(Instant now) {
    return Map.of("credentials", failures == null ? working(now) : failing(failures, now));
  }

  private Status missing(Instant now) {
    var serves = everHeld || (cache.hasRestored() && now.isBefore(restoredUntil));
    return serves ? Status.DEGRADED : Status.DOWN;
  }

  private Dependency working(Instant now) {
    if (!everHeld) {
      return new Dependency(missing(now), "Credentials are being obtained.");
    }
    if (overdue != null) {
      var why = overdue.last();
      return failing(Status.DEGRADED, why, overdue.since(), "overdue", "", "oidc-token-overdue");
    }
    return now.isBefore(end)
        ? new Dependency(Status.UP, validity(now) + ".")
        : new Dependency(
            Status.DEGRADED, "The credentials ended %d s ago.".formatted(secondsBetween(end, now)));
  }

  private Dependency failing(Failures<NoSecret> current, Instant now) {
    var left =
        now.isBefore(end)
            ? validity(now) + ", but cannot be renewed"
            : "There are no credentials any more";
    var never =
        "No credentials have been obtained for %d s"
            .formatted(secondsBetween(current.since(), now));
    return failing(
        missing(now),
        (everHeld ? left : never) + ": " + why(current.last()) + ".",
        current.since(),
        MetricLabels.of(current.last()),
        current.last().code(),
        everHeld ? "key-about-to-end" : "no-key-yet");
  }

  private String validity(Instant now) {
    return end.equals(Instant.MAX)
        ? "The credentials have no end"
        : "The credentials are good for %d s".formatted(secondsBetween(now, end));
  }

  /** The detail, followed by the code unless the detail holds it. */
  private static String why(NoSecret reason) {
    var code = reason.code();
    var detail = HealthHandler.clause(reason.detail());
    return code.isEmpty() || detail.contains(code) ? detail : detail + " (" + code + ")";
  }
}
