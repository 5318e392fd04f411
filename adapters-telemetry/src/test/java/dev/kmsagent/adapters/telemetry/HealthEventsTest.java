package dev.kmsagent.adapters.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.Fetched;
import dev.kmsagent.domain.Health.Dependency;
import dev.kmsagent.domain.Health.Status;
import dev.kmsagent.domain.IdentityRefused;
import dev.kmsagent.domain.Unavailable;
import dev.kmsagent.domain.port.AgentEvent.BreakerChanged;
import dev.kmsagent.domain.port.AgentEvent.BreakerState;
import dev.kmsagent.domain.port.AgentEvent.KmsCalled;
import dev.kmsagent.domain.port.AgentEvent.PrefetchFailed;
import dev.kmsagent.domain.port.AgentEvent.PrefetchFinished;
import dev.kmsagent.domain.port.AgentEvent.TokenReloaded;
import dev.kmsagent.domain.port.AgentEvent.TokenUnreadable;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.testkit.AgentEventsContract;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class HealthEventsTest {
  private static final Fetched FETCHED = new Fetched(Secrets.text("app/db", "v1", "x"));
  private static final IdentityRefused UNKNOWN =
      new IdentityRefused("InvalidAccessKeyId.NotFound", "no");

  private final VirtualTime time = new VirtualTime();
  private final HealthEvents health = new HealthEvents(time, 0);

  @Nested
  final class Keeps_the_contract implements AgentEventsContract {
    @Override
    public AgentEvents receiver() {
      return health;
    }
  }

  @Nested
  final class At_first {
    @Test
    void it_is_ready_and_says_why() {
      assertThat(health.readiness().status()).isEqualTo(Status.UP);
      assertThat(health.readiness().dependencies())
          .containsOnlyKeys("kms", "breaker", "prefetch", "token");
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
    private final HealthEvents prefetching = new HealthEvents(time, 2);

    @Test
    void it_is_not_ready_before_they_are_settled() {
      assertThat(prefetching.readiness().status()).isEqualTo(Status.DOWN);
      assertThat(prefetching.readiness().dependencies())
          .containsEntry(
              "prefetch", new Dependency(Status.DOWN, "Secrets are being prefetched: 2."));
    }

    @Test
    void it_is_ready_when_prefetching_is_over_whatever_came_of_it() {
      prefetching.publish(new PrefetchFailed(Secrets.current("app/mq").name(), Secrets.gone()));
      prefetching.publish(new PrefetchFinished(1, 1));
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
      health.publish(new BreakerChanged(BreakerState.CLOSED, BreakerState.OPEN));
      assertThat(health.readiness().status()).isEqualTo(Status.DEGRADED);
      health.publish(new BreakerChanged(BreakerState.OPEN, BreakerState.HALF_OPEN));
      assertThat(health.readiness().status()).isEqualTo(Status.DEGRADED);
      health.publish(new BreakerChanged(BreakerState.HALF_OPEN, BreakerState.CLOSED));
      assertThat(health.readiness().status()).isEqualTo(Status.UP);
    }
  }

  @Nested
  final class The_token {
    @Test
    void degrades_it_while_its_file_cannot_be_read() {
      health.publish(new TokenUnreadable("no such file"));
      assertThat(health.readiness().status()).isEqualTo(Status.DEGRADED);
      health.publish(new TokenReloaded());
      assertThat(health.readiness().status()).isEqualTo(Status.UP);
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
    health.publish(new KmsCalled(Secrets.current("app/db"), outcome, Duration.ofMillis(30)));
  }
}
