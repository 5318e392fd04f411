package dev.kmsagent.adapters.telemetry;

import static dev.kmsagent.adapters.telemetry.HealthHandler.secondsBetween;

import dev.kmsagent.domain.Health.Dependency;
import dev.kmsagent.domain.Health.Status;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.port.CredentialEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;

/**
 * The health of the agent's credentials. Before the first were obtained the agent cannot work;
 * later, missing credentials only degrade it, since clients are served from the cache.
 */
final class CredentialHealth implements HealthHandler<CredentialEvent> {
  private final InstantSource clock;
  private State state;

  private sealed interface State {
    /** The configuration holds the credentials. */
    record Configured() implements State {}

    /** The first attempt is under way. */
    record Pending() implements State {}

    /** Every attempt failed. */
    record NeverObtained(Instant since, Failure last) implements State {}

    record Held(Instant end) implements State {}

    /** There are some until {@code end}; they cannot be renewed. */
    record NotRenewed(Instant end, Failure last) implements State {}

    /** There were some. */
    record Lost(Failure last) implements State {}
  }

  /** A failed attempt, and the delay until the next. */
  private record Failure(NoSecret reason, Instant at, Duration retryIn) {}

  CredentialHealth(InstantSource clock, CredentialOrigin credentials) {
    this.clock = clock;
    this.state =
        switch (credentials) {
          case CONFIGURED -> new State.Configured();
          case ISSUED -> new State.Pending();
        };
  }

  @Override
  public Class<CredentialEvent> type() {
    return CredentialEvent.class;
  }

  @Override
  public synchronized void handle(CredentialEvent event) {
    state =
        switch (event) {
          case CredentialEvent.CredentialsObtained(var end) -> new State.Held(end);
          case CredentialEvent.CredentialsNotRenewed(var reason, var retryIn, var end) ->
              new State.NotRenewed(end, new Failure(reason, clock.instant(), retryIn));
          case CredentialEvent.CredentialsMissing(var reason, var retryIn) ->
              missing(new Failure(reason, clock.instant(), retryIn));
        };
  }

  private State missing(Failure failure) {
    return switch (state) {
      case State.Pending() -> new State.NeverObtained(failure.at(), failure);
      case State.NeverObtained(var since, _) -> new State.NeverObtained(since, failure);
      case State.Configured _, State.Held _, State.NotRenewed _, State.Lost _ ->
          new State.Lost(failure);
    };
  }

  @Override
  public synchronized Map<String, Dependency> dependencies(Instant now) {
    return Map.of("credentials", describe(now));
  }

  private Dependency describe(Instant now) {
    return switch (state) {
      case State.Configured() ->
          new Dependency(Status.UP, "The credentials of the configuration are in use.");
      case State.Pending() -> new Dependency(Status.DOWN, "Credentials are being obtained.");
      case State.NeverObtained(var since, var last) ->
          new Dependency(
              Status.DOWN,
              "No credentials have been obtained for %d s: %s"
                  .formatted(secondsBetween(since, now), describe(last, now)));
      case State.Held(var end) when now.isBefore(end) ->
          new Dependency(Status.UP, validity(end, now) + ".");
      case State.Held(var end) ->
          new Dependency(
              Status.DEGRADED,
              "The credentials ended %d s ago.".formatted(secondsBetween(end, now)));
      case State.NotRenewed(var end, var last) when now.isBefore(end) ->
          new Dependency(
              Status.DEGRADED,
              "%s, but cannot be renewed: %s".formatted(validity(end, now), describe(last, now)));
      case State.NotRenewed(_, var last) -> lost(last, now);
      case State.Lost(var last) -> lost(last, now);
    };
  }

  private static Dependency lost(Failure last, Instant now) {
    return new Dependency(
        Status.DEGRADED, "There are no credentials any more: " + describe(last, now));
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
    var code = MetricLabels.code(reason);
    var detail =
        HealthHandler.clause(
            switch (reason) {
              case Refused(var error, _) -> error.message();
              case IdentityRefused(_, var text) -> text;
              case Unavailable(_, _, var text) -> text;
            });
    return code.isEmpty() || detail.contains(code) ? detail : detail + " (" + code + ")";
  }
}
