package dev.kmsagent.adapters.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.Health.Dependency;
import dev.kmsagent.domain.Health.Failure;
import dev.kmsagent.domain.Health.Status;
import dev.kmsagent.domain.SharedCacheOutcome;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.SharedCacheOutcome.Done;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheAlone;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheCalled;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheOperation;
import dev.kmsagent.domain.port.CacheEvent.SharedEntryRead;
import dev.kmsagent.domain.port.CacheEvent.SharedRead;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class SharedCacheHealthTest {
  private static final Failed FULL = new Failed(Cause.FULL, "Redis says OOM.");
  private static final Failed SILENT = new Failed(Cause.TIMEOUT, "No answer in 200 ms.");

  private final VirtualTime time = new VirtualTime();
  private final HealthEvents health =
      new HealthEvents(time, 0, CredentialOrigin.CONFIGURED, Optional.empty());
  private final AgentEvents events = new DirectEvents(health.handlers());

  @Nested
  final class Untold {
    @Test
    void it_is_no_dependency() {
      events.publish(new SharedEntryRead(Secrets.current("app/db"), SharedRead.ABSENT));
      assertThat(health.readiness().dependencies()).doesNotContainKey("shared_cache");
    }

    @Test
    void it_becomes_one_with_the_first_call() {
      worked(SharedCacheOperation.READ);
      assertThat(shared()).isEqualTo(new Dependency(Status.UP, "The shared cache answers."));
    }

    @Test
    void it_becomes_one_with_the_start_of_the_cache() {
      changed(false);
      assertThat(shared())
          .isEqualTo(new Dependency(Status.UP, "The shared cache has not been called yet."));
    }
  }

  @Nested
  final class In_trouble {
    @Test
    void it_says_what_fails_and_why_and_since_when() {
      called(SharedCacheOperation.WRITE, SILENT);
      time.advance(Duration.ofSeconds(30));
      called(SharedCacheOperation.WRITE, FULL);
      time.advance(Duration.ofSeconds(12));
      assertThat(shared())
          .isEqualTo(
              new Dependency(
                  Status.DEGRADED,
                  "The shared cache has problems: writes have failed for 42 s,"
                      + " it has no memory left (Redis says OOM).",
                  Optional.of(new Failure(VirtualTime.START, "full", "", "redis-unreachable"))));
    }

    @Test
    void the_failure_that_began_first_tells_its_class() {
      called(SharedCacheOperation.WRITE, SILENT);
      time.advance(Duration.ofSeconds(5));
      events.publish(new SharedCacheAlone(true));
      called(SharedCacheOperation.READ, FULL);
      assertThat(shared().failure())
          .contains(new Failure(VirtualTime.START, "timeout", "", "redis-unreachable"));
    }

    @Test
    void without_a_failed_call_it_is_alone() {
      time.advance(Duration.ofSeconds(5));
      events.publish(new SharedCacheAlone(true));
      assertThat(shared().failure())
          .contains(
              new Failure(VirtualTime.START.plusSeconds(5), "alone", "", "redis-unreachable"));
    }

    @Test
    void reads_that_work_do_not_hide_that_it_takes_no_writes() {
      called(SharedCacheOperation.WRITE, FULL);
      worked(SharedCacheOperation.READ);
      worked(SharedCacheOperation.LEASE);
      assertThat(shared().detail()).contains("writes have failed").doesNotContain("reads");

      worked(SharedCacheOperation.WRITE);
      assertThat(shared()).isEqualTo(new Dependency(Status.UP, "The shared cache answers."));
    }

    @Test
    void it_names_everything_that_does_not_work() {
      changed(true);
      called(SharedCacheOperation.LEASE, SILENT);
      time.advance(Duration.ofSeconds(5));
      called(SharedCacheOperation.READ, SILENT);
      assertThat(shared().detail())
          .isEqualTo(
              "The shared cache has problems:"
                  + " reads have failed for 0 s, it does not answer in time (No answer in 200 ms);"
                  + " leases have failed for 5 s, it does not answer in time (No answer in 200 ms);"
                  + " no changes by other agents have arrived for 5 s (alone).");
    }

    @Test
    void the_next_outage_counts_from_its_own_beginning() {
      called(SharedCacheOperation.READ, SILENT);
      time.advance(Duration.ofSeconds(5));
      worked(SharedCacheOperation.READ);
      called(SharedCacheOperation.READ, SILENT);
      time.advance(Duration.ofSeconds(1));
      assertThat(shared().detail()).contains("for 1 s");
    }

    @Test
    void what_kept_any_call_from_it_is_over_once_one_got_through() {
      called(SharedCacheOperation.WRITE, SILENT);
      called(SharedCacheOperation.LEASE, SILENT);
      worked(SharedCacheOperation.READ);
      assertThat(shared().status()).isEqualTo(Status.UP);
    }

    @Test
    void it_is_over_too_once_changes_are_heard_of_again() {
      called(SharedCacheOperation.WRITE, SILENT);
      changed(false);
      assertThat(shared().status()).isEqualTo(Status.UP);
    }

    @Test
    void being_alone_degrades_the_agent_though_every_call_works() {
      worked(SharedCacheOperation.READ);
      changed(true);
      assertThat(health.readiness().status()).isEqualTo(Status.DEGRADED);

      changed(false);
      assertThat(health.readiness().status()).isEqualTo(Status.UP);
    }

    @ParameterizedTest
    @EnumSource
    void it_never_brings_the_agent_down(Cause cause) {
      for (var operation : SharedCacheOperation.values()) {
        called(operation, new Failed(cause, "said"));
      }
      changed(true);
      assertThat(health.readiness().status()).isEqualTo(Status.DEGRADED);
    }
  }

  private Dependency shared() {
    return Objects.requireNonNull(health.readiness().dependencies().get("shared_cache"));
  }

  private void worked(SharedCacheOperation operation) {
    called(operation, new Done());
  }

  private void called(SharedCacheOperation operation, SharedCacheOutcome outcome) {
    events.publish(new SharedCacheCalled(operation, outcome, Duration.ofMillis(3)));
  }

  private void changed(boolean alone) {
    events.publish(new SharedCacheAlone(alone));
  }
}
