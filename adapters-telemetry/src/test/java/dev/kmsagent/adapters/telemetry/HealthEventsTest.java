package dev.kmsagent.adapters.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.Health.Dependency;
import dev.kmsagent.domain.Health.Status;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.CredentialEvent.CredentialsMissing;
import dev.kmsagent.domain.port.CredentialEvent.CredentialsNotRenewed;
import dev.kmsagent.domain.port.CredentialEvent.CredentialsObtained;
import dev.kmsagent.domain.port.KmsEvent.BreakerChanged;
import dev.kmsagent.domain.port.KmsEvent.BreakerState;
import dev.kmsagent.domain.port.KmsEvent.KmsCalled;
import dev.kmsagent.domain.port.LifecycleEvent.AuthoritiesReloaded;
import dev.kmsagent.domain.port.LifecycleEvent.AuthoritiesUnreadable;
import dev.kmsagent.domain.port.LifecycleEvent.PrefetchFailed;
import dev.kmsagent.domain.port.LifecycleEvent.PrefetchFinished;
import dev.kmsagent.domain.port.LifecycleEvent.TokenReloaded;
import dev.kmsagent.domain.port.LifecycleEvent.TokenUnreadable;
import dev.kmsagent.testkit.AgentEventsContract;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class HealthEventsTest {
  private static final Fetched FETCHED = new Fetched(Secrets.text("app/db", "v1", "x"));
  private static final IdentityRefused UNKNOWN =
      new IdentityRefused("InvalidAccessKeyId.NotFound", "no");

  private final VirtualTime time = new VirtualTime();
  private final HealthEvents health =
      new HealthEvents(time, 0, CredentialOrigin.CONFIGURED, Optional.empty());
  private final AgentEvents events = new DirectEvents(health.handlers());

  @Nested
  final class Keeps_the_contract implements AgentEventsContract {
    @Override
    public AgentEvents receiver() {
      return events;
    }
  }

  @Nested
  final class At_first {
    @Test
    void it_is_ready_and_says_why() {
      assertThat(health.readiness().status()).isEqualTo(Status.UP);
      assertThat(health.readiness().dependencies())
          .containsOnlyKeys("kms", "breaker", "prefetch", "token", "credentials");
      assertThat(kms()).isEqualTo(new Dependency(Status.UP, "KMS has not been called yet."));
    }

    @Test
    void it_is_not_ready_once_the_first_call_failed() {
      called(Secrets.unreachable());
      time.advance(Duration.ofSeconds(12));
      called(new Unavailable(Unavailable.Cause.THROTTLED, "Rejected.Throttling", "slow down"));
      assertThat(health.readiness().status()).isEqualTo(Status.DOWN);
      assertThat(kms().detail())
          .isEqualTo(
              "KMS has never answered; calls have failed for 12 s: throttled (Rejected.Throttling).");
    }

    @Test
    void it_is_not_ready_when_its_identity_is_refused() {
      called(UNKNOWN);
      assertThat(health.readiness().status()).isEqualTo(Status.DOWN);
      assertThat(kms().detail()).contains("identity_refused (InvalidAccessKeyId.NotFound)");
    }

    @Test
    void a_refusal_about_a_secret_shows_that_kms_works() {
      called(Secrets.unreachable());
      called(Secrets.denied());
      assertThat(health.readiness().status()).isEqualTo(Status.UP);
    }
  }

  @Nested
  final class After_a_good_call {
    @Test
    void it_is_ready() {
      called(FETCHED);
      time.advance(Duration.ofSeconds(3));
      assertThat(kms()).isEqualTo(new Dependency(Status.UP, "KMS answered 3 s ago."));
    }

    @Test
    void an_outage_degrades_it() {
      called(FETCHED);
      time.advance(Duration.ofMinutes(1));
      called(Secrets.unreachable());
      called(Secrets.unreachable());
      assertThat(health.readiness().status()).isEqualTo(Status.DEGRADED);
      assertThat(kms().detail()).isEqualTo("KMS last answered 60 s ago; calls fail: unreachable.");
    }

    @Test
    void a_refused_identity_degrades_it() {
      called(FETCHED);
      called(UNKNOWN);
      assertThat(health.readiness().status()).isEqualTo(Status.DEGRADED);
    }

    @Test
    void an_answer_ends_the_outage() {
      called(FETCHED);
      called(Secrets.unreachable());
      called(FETCHED);
      assertThat(health.readiness().status()).isEqualTo(Status.UP);
    }

    @Test
    void the_next_outage_only_degrades_it_too() {
      called(Secrets.unreachable());
      called(FETCHED);
      called(Secrets.unreachable());
      assertThat(health.readiness().status()).isEqualTo(Status.DEGRADED);
    }
  }

  @Nested
  final class With_secrets_to_prefetch {
    private final HealthEvents prefetching =
        new HealthEvents(time, 2, CredentialOrigin.CONFIGURED, Optional.empty());
    private final AgentEvents events = new DirectEvents(prefetching.handlers());

    @Test
    void it_is_not_ready_before_they_are_settled() {
      assertThat(prefetching.readiness().status()).isEqualTo(Status.DOWN);
      assertThat(prefetching.readiness().dependencies())
          .containsEntry(
              "prefetch", new Dependency(Status.DOWN, "Secrets are being prefetched: 2."));
    }

    @Test
    void it_is_ready_when_prefetching_is_over_whatever_came_of_it() {
      events.publish(new PrefetchFailed(Secrets.current("app/mq").name(), Secrets.gone()));
      events.publish(new PrefetchFinished(1, 1));
      assertThat(prefetching.readiness().status()).isEqualTo(Status.UP);
      assertThat(prefetching.readiness().dependencies())
          .containsEntry(
              "prefetch", new Dependency(Status.UP, "Prefetching is over: 1 loaded, 1 failed."));
    }
  }

  @Nested
  final class The_breaker {
    @Test
    void degrades_it_until_it_is_closed() {
      events.publish(new BreakerChanged(BreakerState.CLOSED, BreakerState.OPEN));
      assertThat(health.readiness().status()).isEqualTo(Status.DEGRADED);
      events.publish(new BreakerChanged(BreakerState.OPEN, BreakerState.HALF_OPEN));
      assertThat(health.readiness().status()).isEqualTo(Status.DEGRADED);
      events.publish(new BreakerChanged(BreakerState.HALF_OPEN, BreakerState.CLOSED));
      assertThat(health.readiness().status()).isEqualTo(Status.UP);
    }
  }

  @Nested
  final class The_token {
    @Test
    void degrades_it_while_its_file_cannot_be_read() {
      events.publish(new TokenUnreadable("no such file"));
      assertThat(health.readiness().status()).isEqualTo(Status.DEGRADED);
      events.publish(new TokenReloaded());
      assertThat(health.readiness().status()).isEqualTo(Status.UP);
    }
  }

  @Nested
  final class Credentials {
    private final HealthEvents agent =
        new HealthEvents(time, 0, CredentialOrigin.ISSUED, Optional.empty());
    private final AgentEvents events = new DirectEvents(agent.handlers());
    private final Unavailable silent =
        new Unavailable(Unavailable.Cause.CREDENTIALS, "", "STS does not answer.");

    @Test
    void of_the_configuration_are_there_from_the_start() {
      assertThat(health.readiness().dependencies())
          .containsEntry(
              "credentials",
              new Dependency(Status.UP, "The credentials of the configuration are in use."));
    }

    @Test
    void of_an_issuer_are_to_be_obtained() {
      assertThat(agent.readiness().status()).isEqualTo(Status.DOWN);
    }

    @Test
    void keep_it_from_being_ready_until_they_are_obtained() {
      assertThat(credentials())
          .isEqualTo(new Dependency(Status.DOWN, "Credentials are being obtained."));
      assertThat(agent.readiness().status()).isEqualTo(Status.DOWN);

      obtained(Duration.ofHours(1));
      time.advance(Duration.ofSeconds(100));
      assertThat(credentials())
          .isEqualTo(new Dependency(Status.UP, "The credentials are good for 3500 s."));
      assertThat(agent.readiness().status()).isEqualTo(Status.UP);
    }

    @Test
    void that_last_say_so() {
      events.publish(new CredentialsObtained(Instant.MAX));
      assertThat(credentials())
          .isEqualTo(new Dependency(Status.UP, "The credentials have no end."));
    }

    @Test
    void that_were_never_to_be_had_say_why_and_since_when() {
      missing(silent);
      time.advance(Duration.ofSeconds(20));
      missing(new IdentityRefused("AuthenticationFail.NoPermission", "STS refuses the role."));
      time.advance(Duration.ofSeconds(3));
      assertThat(credentials())
          .isEqualTo(
              new Dependency(
                  Status.DOWN,
                  "No credentials have been obtained for 23 s: STS refuses the role"
                      + " (AuthenticationFail.NoPermission); the next attempt is in 7 s."));
    }

    @Test
    void that_cannot_be_renewed_degrade_it_while_they_are_good() {
      obtained(Duration.ofHours(1));
      notRenewed(Duration.ofHours(1));
      time.advance(Duration.ofSeconds(4));
      assertThat(credentials())
          .isEqualTo(
              new Dependency(
                  Status.DEGRADED,
                  "The credentials are good for 3596 s, but cannot be renewed: STS does not answer;"
                      + " the next attempt is in 6 s."));
    }

    @Test
    void that_have_ended_only_degrade_it_since_what_is_cached_is_served() {
      obtained(Duration.ofMinutes(1));
      notRenewed(Duration.ofMinutes(1));
      time.advance(Duration.ofMinutes(2));
      var untold = credentials();
      missing(silent);
      assertThat(credentials())
          .isEqualTo(
              new Dependency(
                  Status.DEGRADED,
                  "There are no credentials any more: STS does not answer;"
                      + " the next attempt is in 10 s."));
      assertThat(untold.status()).isEqualTo(Status.DEGRADED);
      assertThat(untold.detail()).startsWith("There are no credentials any more: ");
    }

    @Test
    void that_ended_without_a_word_degrade_it() {
      obtained(Duration.ofMinutes(1));
      time.advance(Duration.ofSeconds(61));
      assertThat(credentials())
          .isEqualTo(new Dependency(Status.DEGRADED, "The credentials ended 1 s ago."));
    }

    @Test
    void that_are_obtained_again_end_it() {
      missing(silent);
      obtained(Duration.ofHours(1));
      missing(silent);
      obtained(Duration.ofHours(1));
      assertThat(agent.readiness().status()).isEqualTo(Status.UP);
    }

    @Test
    void do_not_have_a_code_told_twice() {
      missing(new IdentityRefused("NoPermission", "STS says NoPermission."));
      assertThat(credentials().detail()).contains(": STS says NoPermission; the next");
    }

    private Dependency credentials() {
      return Objects.requireNonNull(agent.readiness().dependencies().get("credentials"));
    }

    private void obtained(Duration life) {
      events.publish(new CredentialsObtained(time.instant().plus(life)));
    }

    private void notRenewed(Duration left) {
      events.publish(
          new CredentialsNotRenewed(silent, Duration.ofSeconds(10), time.instant().plus(left)));
    }

    private void missing(NoSecret reason) {
      events.publish(new CredentialsMissing(reason, Duration.ofSeconds(10)));
    }
  }

  @Nested
  final class The_authorities {
    @Test
    void are_told_of_once_their_file_could_not_be_read() {
      events.publish(new AuthoritiesUnreadable("no such file"));
      assertThat(health.readiness().status()).isEqualTo(Status.DEGRADED);
      assertThat(health.readiness().dependencies())
          .containsEntry(
              "authorities",
              new Dependency(
                  Status.DEGRADED,
                  "The file of authorities could not be read again (no such file); what was read"
                      + " before stays in force."));

      events.publish(new AuthoritiesReloaded());
      assertThat(health.readiness().status()).isEqualTo(Status.UP);
    }
  }

  @Nested
  final class The_audit_trail {
    private final LogLosses losses = new LogLosses(time);
    private final HealthEvents audited =
        new HealthEvents(time, 0, CredentialOrigin.CONFIGURED, Optional.of(losses));

    private Dependency audit() {
      return Objects.requireNonNull(audited.readiness().dependencies().get("audit"));
    }

    @Test
    void is_well_while_only_log_lines_are_lost() {
      losses.count(LogLosses.Kind.LOG, LogLosses.Reason.QUEUE_FULL);
      assertThat(audit())
          .isEqualTo(new Dependency(Status.UP, "No audit line was lost in the last minute."));
    }

    @Test
    void is_degraded_for_a_minute_after_a_line_was_lost() {
      losses.count(LogLosses.Kind.AUDIT, LogLosses.Reason.QUEUE_FULL);
      losses.count(LogLosses.Kind.AUDIT, LogLosses.Reason.WRITE_FAILED);
      time.advance(Duration.ofMinutes(1).minusNanos(1));
      assertThat(audited.readiness().status()).isEqualTo(Status.DEGRADED);
      assertThat(audit())
          .isEqualTo(new Dependency(Status.DEGRADED, "Audit lines are being lost: 2 so far."));
      time.advance(Duration.ofNanos(1));
      assertThat(audited.readiness().status()).isEqualTo(Status.UP);
    }
  }

  @Test
  void it_lives_whatever_it_depends_on() {
    called(Secrets.unreachable());
    assertThat(health.liveness().status()).isEqualTo(Status.UP);
  }

  private Dependency kms() {
    return Objects.requireNonNull(health.readiness().dependencies().get("kms"));
  }

  private void called(FetchOutcome outcome) {
    events.publish(new KmsCalled(Secrets.current("app/db"), outcome, Duration.ofMillis(30)));
  }
}
