package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.Health.Dependency;
import dev.kmsagent.domain.Health.Status;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.port.CredentialEvent.CredentialsMissing;
import dev.kmsagent.domain.port.CredentialEvent.CredentialsNotRenewed;
import dev.kmsagent.domain.port.CredentialEvent.CredentialsObtained;
import java.time.Duration;
import java.time.Instant;

/**
 * What is known of the agent's credentials. Until the first were obtained it cannot work; once it
 * had some, being without only degrades it, since clients are served from the cache.
 */
sealed interface CredentialsHealth {
  static CredentialsHealth of(Identity identity) {
    return switch (identity) {
      case GIVEN -> new Given();
      case OBTAINED -> new Awaited();
    };
  }

  default CredentialsHealth after(CredentialsObtained event) {
    return new Held(event.end());
  }

  default CredentialsHealth after(CredentialsNotRenewed event, Instant now) {
    return new NotRenewed(event.end(), new Failure(event.reason(), now, event.retryIn()));
  }

  default CredentialsHealth after(CredentialsMissing event, Instant now) {
    return new Lost(new Failure(event.reason(), now, event.retryIn()));
  }

  Dependency describe(Instant now);

  /** The last attempt, which failed, and how long after it the next is made. */
  record Failure(NoSecret reason, Instant at, Duration retryIn) {
    String describe(Instant now) {
      return "%s; the next attempt is in %d s."
          .formatted(
              MetricLabels.why(reason),
              Math.max(0, retryIn.toSeconds() - Seconds.between(at, now)));
    }
  }

  /** The configuration has them. */
  record Given() implements CredentialsHealth {
    @Override
    public Dependency describe(Instant now) {
      return new Dependency(Status.UP, "The credentials of the configuration are in use.");
    }
  }

  /** The first attempt has not ended. */
  record Awaited() implements CredentialsHealth {
    @Override
    public CredentialsHealth after(CredentialsMissing event, Instant now) {
      return new NeverObtained(now, new Failure(event.reason(), now, event.retryIn()));
    }

    @Override
    public Dependency describe(Instant now) {
      return new Dependency(Status.DOWN, "Credentials are being obtained.");
    }
  }

  /** Every attempt failed. */
  record NeverObtained(Instant since, Failure failure) implements CredentialsHealth {
    @Override
    public CredentialsHealth after(CredentialsMissing event, Instant now) {
      return new NeverObtained(since, new Failure(event.reason(), now, event.retryIn()));
    }

    @Override
    public Dependency describe(Instant now) {
      return new Dependency(
          Status.DOWN,
          "No credentials have been obtained for %d s: %s"
              .formatted(Seconds.between(since, now), failure.describe(now)));
    }
  }

  /** There are some. */
  record Held(Instant end) implements CredentialsHealth {
    @Override
    public Dependency describe(Instant now) {
      return now.isBefore(end)
          ? new Dependency(Status.UP, good(end, now) + ".")
          : new Dependency(
              Status.DEGRADED,
              "The credentials ended %d s ago.".formatted(Seconds.between(end, now)));
    }
  }

  /** There are some, and no others to be had. */
  record NotRenewed(Instant end, Failure failure) implements CredentialsHealth {
    @Override
    public Dependency describe(Instant now) {
      return now.isBefore(end)
          ? new Dependency(
              Status.DEGRADED,
              "%s, but cannot be renewed: %s".formatted(good(end, now), failure.describe(now)))
          : new Lost(failure).describe(now);
    }
  }

  /** There were some. */
  record Lost(Failure failure) implements CredentialsHealth {
    @Override
    public Dependency describe(Instant now) {
      return new Dependency(
          Status.DEGRADED,
          "There are no credentials any more: %s".formatted(failure.describe(now)));
    }
  }

  private static String good(Instant end, Instant now) {
    return end.equals(Instant.MAX)
        ? "The credentials have no end"
        : "The credentials are good for %d s".formatted(Seconds.between(now, end));
  }
}
