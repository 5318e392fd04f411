package dev.kmsagent.adapters.telemetry;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.Health.Dependency;
import dev.kmsagent.domain.Health.Failure;
import dev.kmsagent.domain.Health.Status;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.AgentEvent;
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
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a readiness page says of each dependency after some events, and what it makes of them. */
final class HealthEventsTest {
  private static final SecretQuery QUERY = Secrets.current("app/db");
  private static final Duration TEN_SECONDS = Duration.ofSeconds(10);
  private static final Instant IN_A_MINUTE = VirtualTime.START.plusSeconds(60);
  private static final Instant IN_AN_HOUR = VirtualTime.START.plusSeconds(3600);
  private static final Unavailable SILENT =
      new Unavailable(Unavailable.Cause.CREDENTIALS, "", "STS does not answer.");

  /** What happens in the stories below. */
  private static final Map<String, AgentEvent> EVENTS =
      Map.ofEntries(
          entry("answered", called(new Fetched(Secrets.text("app/db", "v1", "x")))),
          entry("denied", called(Secrets.denied())),
          entry("unreachable", called(Secrets.unreachable())),
          entry("throttled", called(new Unavailable(Unavailable.Cause.THROTTLED, "Slow", "no"))),
          entry("unknown", called(new IdentityRefused("InvalidAccessKeyId.NotFound", "no"))),
          entry("clock", called(unavailable(Unavailable.Cause.CLOCK, "IllegalTimestamp"))),
          entry("no-key", called(unavailable(Unavailable.Cause.CREDENTIALS, ""))),
          entry("opened", new BreakerChanged(BreakerState.CLOSED, BreakerState.OPEN)),
          entry("half-opened", new BreakerChanged(BreakerState.OPEN, BreakerState.HALF_OPEN)),
          entry("closed", new BreakerChanged(BreakerState.HALF_OPEN, BreakerState.CLOSED)),
          entry("no-token", new TokenUnreadable("no such file")),
          entry("new-token", new TokenReloaded()),
          entry("no-authorities", new AuthoritiesUnreadable("no such file")),
          entry("new-authorities", new AuthoritiesReloaded()),
          entry("key-of-an-hour", new CredentialsObtained(IN_AN_HOUR)),
          entry("key-of-a-minute", new CredentialsObtained(IN_A_MINUTE)),
          entry("key-without-end", new CredentialsObtained(Instant.MAX)),
          entry("hour-not-renewed", new CredentialsNotRenewed(SILENT, TEN_SECONDS, IN_AN_HOUR)),
          entry("minute-not-renewed", new CredentialsNotRenewed(SILENT, TEN_SECONDS, IN_A_MINUTE)),
          entry("silent", new CredentialsMissing(SILENT, TEN_SECONDS)),
          entry("refused", missing("STS refuses the role.")),
          entry("refused-with-code", missing("STS says NoPermission.")));

  private final VirtualTime time = new VirtualTime();

  private HealthEvents health(int prefetched, CredentialOrigin origin) {
    return new HealthEvents(time, prefetched, origin, Optional.empty());
  }

  private static KmsCalled called(FetchOutcome outcome) {
    return new KmsCalled(QUERY, outcome, Duration.ofMillis(30));
  }

  private static Unavailable unavailable(Unavailable.Cause cause, String code) {
    return new Unavailable(cause, code, "What a server says.");
  }

  private static CredentialsMissing missing(String message) {
    return new CredentialsMissing(new IdentityRefused("NoPermission", message), TEN_SECONDS);
  }

  /** Each number of a story is so many seconds that pass. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          kms         | UP       | KMS has not been called yet.                         |
          kms         | DOWN     | KMS has never answered; calls have failed for 12 s: throttled (Slow). | unreachable 12 throttled
          kms         | DOWN     | : identity_refused (InvalidAccessKeyId.NotFound).    | unknown
          kms         | UP       | KMS answered 0 s ago.                                | unreachable denied
          kms         | UP       | KMS answered 12 s ago.                               | answered 12
          kms         | DEGRADED | KMS last answered 12 s ago; calls fail: unreachable. | answered 12 unreachable unreachable
          kms         | DEGRADED | NotFound).                                           | answered unknown
          kms         | UP       | KMS answered 0 s ago.                                | answered unreachable answered
          kms         | DEGRADED | : unreachable.                                       | unreachable answered unreachable
          breaker     | DEGRADED | is open: no calls to KMS.                                         | opened
          breaker     | DEGRADED | is trying KMS again.                                 | opened half-opened
          breaker     | UP       | is closed.                                           | opened half-opened closed
          token       | DEGRADED | .                                                    | no-token
          token       | UP       | .                                                    | no-token new-token
          authorities | DEGRADED | read again (no such file); what was read before stays in force. | no-authorities
          authorities | UP       | .                                                    | no-authorities new-authorities
          credentials | DOWN     | Credentials are being obtained.                      |
          credentials | UP       | The credentials are good for 3500 s.                 | key-of-an-hour 100
          credentials | UP       | The credentials have no end.                         | key-without-end
          credentials | DOWN     | No credentials have been obtained for 23 s: STS refuses the role (NoPermission); the next attempt is in 7 s. | silent 20 refused 3
          credentials | DEGRADED | The credentials are good for 3596 s, but cannot be renewed: STS does not answer; the next attempt is in 6 s. | key-of-an-hour hour-not-renewed 4
          credentials | DEGRADED | There are no credentials any more: STS does not answer; the next attempt is in 10 s. | key-of-a-minute minute-not-renewed 120 silent
          credentials | DEGRADED | There are no credentials any more: STS does not answer; the next attempt is in 0 s. | key-of-a-minute minute-not-renewed 120
          credentials | DEGRADED | The credentials ended 1 s ago.                       | key-of-a-minute 61
          credentials | UP       | .                                                    | silent key-of-an-hour silent key-of-an-hour
          credentials | DOWN     | : STS says NoPermission; the next attempt is in 10 s. | refused-with-code
          """)
  void it_tells_of_a_dependency_what_events_said(
      String name, Status status, String detail, @Nullable String story) {
    var health = after(name, story == null ? new String[0] : story.split(" "));

    var dependency = Objects.requireNonNull(health.readiness().dependencies().get(name));
    assertThat(dependency.status()).isEqualTo(status);
    assertThat(dependency.detail()).endsWith(detail);
    assertThat(status == Status.UP && dependency.failure().isPresent()).isFalse();
    assertThat(health.readiness().status()).isEqualTo(status);
    assertThat(health.liveness().status()).isEqualTo(Status.UP);
  }

  private HealthEvents after(String dependency, String... story) {
    var isIssued = dependency.equals("credentials");
    var health = health(0, isIssued ? CredentialOrigin.ISSUED : CredentialOrigin.CONFIGURED);
    var events = new DirectEvents(health.handlers());
    for (var part : story) {
      if (part.matches("\\d+")) {
        time.advance(Duration.ofSeconds(Long.parseLong(part)));
      } else {
        events.publish(Objects.requireNonNull(EVENTS.get(part)));
      }
    }
    return health;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          kms         | 5 unreachable 3 unreachable 2 | 5 | unreachable      | ''                         | kms-down
          kms         | answered 5 unreachable throttled | 5 | throttled     | Slow                       | throttling
          kms         | 7 unknown                     | 7 | identity_refused | InvalidAccessKeyId.NotFound | identity-refused
          kms         | clock 1                       | 0 | clock            | IllegalTimestamp           | clock-wrong
          kms         | no-key 1                      | 0 | credentials      | ''                         | key-about-to-end
          credentials | 4 silent 20                   | 4 | credentials      | ''                         | key-about-to-end
          credentials | 4 silent 20 refused           | 4 | identity_refused | NoPermission               | identity-refused
          credentials | key-of-an-hour 9 hour-not-renewed | 9 | credentials  | ''                         | key-about-to-end
          token       | 6 no-token                    | 6 | unreadable       | ''                         | token-mismatches
          authorities | 6 no-authorities              | 6 | unreadable       | ''                         | kms-down
          """)
  void a_failure_has_its_begin_class_code_and_a_section_of_the_page_of_symptoms(
      String name, String story, int since, String outcome, String code, String symptom)
      throws IOException {
    var dependencies = after(name, story.split(" ")).readiness().dependencies();
    var failure = Objects.requireNonNull(dependencies.get(name)).failure();

    assertThat(failure)
        .contains(new Failure(VirtualTime.START.plusSeconds(since), outcome, code, symptom));
    assertThat(Files.readAllLines(Path.of("../docs/when-something-is-wrong.md")))
        .map(line -> line.toLowerCase(Locale.ROOT).replace(' ', '-'))
        .contains("###-" + symptom);
  }

  @Test
  void it_knows_five_dependencies_at_first_and_credentials_of_the_configuration_are_one() {
    var dependencies = health(0, CredentialOrigin.CONFIGURED).readiness().dependencies();

    assertThat(dependencies)
        .containsOnlyKeys("kms", "breaker", "prefetch", "token", "credentials")
        .containsEntry(
            "credentials",
            new Dependency(Status.UP, "The credentials of the configuration are in use."));
  }

  @Test
  void it_is_ready_when_prefetching_is_over_whatever_came_of_it() {
    var health = health(2, CredentialOrigin.CONFIGURED);
    assertThat(health.readiness().status()).isEqualTo(Status.DOWN);
    assertThat(health.readiness().dependencies())
        .containsEntry("prefetch", new Dependency(Status.DOWN, "Secrets are being prefetched: 2."));

    var events = new DirectEvents(health.handlers());
    events.publish(new PrefetchFailed(QUERY.name(), Secrets.gone()));
    events.publish(new PrefetchFinished(1, 1));
    assertThat(health.readiness().status()).isEqualTo(Status.UP);
    assertThat(health.readiness().dependencies())
        .containsEntry(
            "prefetch", new Dependency(Status.UP, "Prefetching is over: 1 loaded, 1 failed."));
  }

  @Nested
  final class The_audit_trail {
    /** The clock of the log begins anywhere. */
    private final LogLosses losses = new LogLosses(() -> time.instant().minusSeconds(999_999_999));

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
          .isEqualTo(
              new Dependency(
                  Status.DEGRADED,
                  "Audit lines are being lost: 2 so far.",
                  Optional.of(new Failure(VirtualTime.START, "lost", "", "lines-lost"))));
      time.advance(Duration.ofNanos(1));
      assertThat(audited.readiness().status()).isEqualTo(Status.UP);
    }
  }
}
