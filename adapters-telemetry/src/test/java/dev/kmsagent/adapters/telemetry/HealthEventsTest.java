package dev.kmsagent.adapters.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.Health.Dependency;
import dev.kmsagent.domain.Health.Failure;
import dev.kmsagent.domain.Health.Status;
import dev.kmsagent.domain.SharedCacheOutcome;
import dev.kmsagent.domain.event.CacheEvent;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a readiness page says of each dependency after some events, and what it makes of them. */
final class HealthEventsTest {
  private final VirtualTime time = new VirtualTime();

  private HealthEvents health(String... config) {
    return new HealthEvents(Configs.of(config), time, Optional.empty());
  }

  private HealthEvents after(String dependency, @Nullable String story) {
    var health =
        switch (dependency) {
          case "credentials" -> health();
          case "files" -> health(Configs.KEY, Configs.FILES);
          default -> health(Configs.KEY);
        };
    Examples.happen(story == null ? "" : story, Examples.direct(health.handlers()), time);
    return health;
  }

  /** See {@link Examples} for the stories. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          kms         | UP       | KMS has not been called yet. |
          kms         | DOWN     | KMS has never answered; calls have failed for 12 s: throttled (Slow). | kms:UNREACHABLE 12 kms:THROTTLED
          kms         | DOWN     | : identity_refused (NoPermission). | kms:not-us
          kms         | UP       | KMS answered 0 s ago. | kms:UNREACHABLE kms:denied
          kms         | UP       | KMS answered 12 s ago. | kms:FETCHED 12
          kms         | DEGRADED | KMS has never answered; calls have failed for 0 s: unreachable. | restored:1 kms:UNREACHABLE
          kms         | DOWN     | : unreachable. | restored:0 kms:UNREACHABLE
          kms         | DEGRADED | KMS last answered 12 s ago; calls fail: unreachable. | kms:FETCHED 12 kms:UNREACHABLE kms:UNREACHABLE
          kms         | DEGRADED | (NoPermission). | kms:FETCHED kms:not-us
          kms         | UP       | KMS answered 0 s ago. | kms:FETCHED kms:UNREACHABLE kms:FETCHED
          kms         | DEGRADED | : unreachable. | kms:UNREACHABLE kms:FETCHED kms:UNREACHABLE
          breaker     | DEGRADED | is open: no calls to KMS. | breaker:CLOSED:OPEN
          breaker     | DEGRADED | is trying KMS again. | breaker:CLOSED:OPEN breaker:OPEN:HALF_OPEN
          breaker     | UP       | is closed. | breaker:CLOSED:OPEN breaker:OPEN:HALF_OPEN breaker:HALF_OPEN:CLOSED
          token       | DEGRADED | . | token-unreadable
          token       | UP       | . | token-unreadable token-reloaded
          authorities | DEGRADED | read again (no file); what was read before stays in force. | authorities-unreadable
          authorities | UP       | . | authorities-unreadable authorities-reloaded
          certificate | UP       | It is good until 2026-01-01T00:00:00Z. | certificate
          certificate | DEGRADED | read again (no key); what was read before stays in force. | certificate certificate-unusable
          certificate | UP       | . | certificate-unusable certificate
          credentials | DOWN     | Credentials are being obtained. |
          credentials | UP       | The credentials are good for 3500 s. | key:3600 100
          credentials | UP       | The credentials have no end. | key:endless
          credentials | DOWN     | No credentials have been obtained for 23 s: STS refuses the role (NoPermission). | key-missing:CREDENTIALS 20 key-missing:not-us 3
          credentials | DEGRADED | The credentials are good for 3596 s, but cannot be renewed: It is silent. | key:3600 key-not-renewed:CREDENTIALS:3600 4
          credentials | DEGRADED | There are no credentials any more: It is silent. | key:60 key-not-renewed:CREDENTIALS:60 120 key-missing:CREDENTIALS
          credentials | DEGRADED | There are no credentials any more: It is silent. | key:60 key-not-renewed:CREDENTIALS:60 120
          credentials | DEGRADED | The credentials ended 1 s ago. | key:60 61
          credentials | UP       | . | key-missing:CREDENTIALS key:3600 key-missing:CREDENTIALS key:3600
          credentials | DOWN     | : STS says NoPermission. | key-missing:not-us-as-told
          credentials | DEGRADED | Credentials are being obtained. | restored:1 principal:60
          credentials | DEGRADED | No credentials have been obtained for 9 s: It is silent. | principal:60 restored:1 key-missing:CREDENTIALS 9
          credentials | DOWN     | : It is silent. | principal:60 restored:0 key-missing:CREDENTIALS
          credentials | DOWN     | : It is silent. | restored:1 key-missing:CREDENTIALS
          credentials | DOWN     | : It is silent. | restored:1 principal:60 key-missing:CREDENTIALS 60
          credentials | DOWN     | (NoPermission). | restored:1 principal:60 key-missing:not-us
          credentials | UP       | . | restored:1 principal:60 key:60
          credentials  | DEGRADED | It is old. | key:3600 oidc-overdue
          credentials  | DOWN     | Credentials are being obtained. | oidc-overdue
          credentials  | DEGRADED | It is silent. | key:60 oidc-overdue key-not-renewed:CREDENTIALS:60
          credentials  | UP       | The credentials are good for 3600 s. | key:3600 oidc-overdue oidc-renewed
          files        | DOWN     | Files are being made: 2. |
          files        | DOWN     | Files are being made: 1. | files:crt
          files        | UP       | All files are there. | files:crt,user
          files        | DOWN     | Files cannot be made: 1. | file-refused:user files:crt
          files        | DOWN     | Files cannot be made: 1. | file-awaited:user files:crt
          files        | DOWN     | Files cannot be written: /run/files: No space left on device. | files-full
          files        | UP       | All files are there. | file-refused:user files-full files:crt,user
          shared_cache | UP       | No failure of the shared cache is known. | shared:READ:DONE
          shared_cache | UP       | No failure of the shared cache is known. | alone:false
          shared_cache | DEGRADED | The shared cache has problems: writes have failed for 42 s (full: It says so). | shared:WRITE:TIMEOUT 30 shared:WRITE:FULL 12
          shared_cache | DEGRADED | writes have failed for 0 s (full: It says so). | shared:WRITE:FULL shared:READ:DONE shared:LEASE:DONE
          shared_cache | UP       | No failure of the shared cache is known. | shared:WRITE:FULL shared:WRITE:DONE
          shared_cache | DEGRADED | The shared cache has problems: reads have failed for 0 s (timeout: It says so); leases have failed for 5 s (timeout: It says so); no changes by other agents have arrived for 5 s (alone). | alone:true shared:LEASE:TIMEOUT 5 shared:READ:TIMEOUT
          shared_cache | DEGRADED | reads have failed for 1 s (timeout: It says so). | shared:READ:TIMEOUT 5 shared:READ:DONE shared:READ:TIMEOUT 1
          shared_cache | UP       | No failure of the shared cache is known. | shared:WRITE:TIMEOUT shared:LEASE:TIMEOUT shared:READ:DONE
          shared_cache | UP       | . | shared:WRITE:TIMEOUT alone:false
          shared_cache | DEGRADED | (alone). | shared:READ:DONE alone:true
          shared_cache | UP       | . | shared:READ:DONE alone:true alone:false
          """)
  void it_tells_of_a_dependency_what_events_said(
      String name, Status status, String detail, @Nullable String story) {
    var health = after(name, story);
    var dependency = Objects.requireNonNull(health.readiness().dependencies().get(name));
    assertThat(dependency.status()).isEqualTo(status);
    assertThat(dependency.detail()).endsWith(detail);
    assertThat(status == Status.UP && dependency.failure().isPresent()).isFalse();
    assertThat(health.readiness().status()).isEqualTo(status);
    assertThat(health.liveness().status()).isEqualTo(Status.UP);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          kms          | 5 kms:UNREACHABLE 3 kms:UNREACHABLE 2         | 5 | unreachable      | ''           | kms-down
          kms          | kms:FETCHED 5 kms:UNREACHABLE kms:THROTTLED   | 5 | throttled        | Slow         | throttling
          kms          | 7 kms:not-us                                  | 7 | identity_refused | NoPermission | identity-refused
          kms          | kms:CLOCK 1                                   | 0 | clock            | ''           | clock-wrong
          kms          | kms:bad-key 1                                 | 0 | identity_refused | InvalidAccessKeyId.NotFound | accesskey-refused
          credentials  | 4 key-missing:CREDENTIALS 20                  | 4 | credentials      | ''           | no-key-yet
          credentials  | key:60 61 key-missing:CREDENTIALS             | 61 | credentials     | ''           | key-about-to-end
          credentials  | key-missing:AuthenticationFail.OIDCToken.Expired  | 0 | credentials | AuthenticationFail.OIDCToken.Expired | oidc-token-overdue
          credentials  | key:99 3 oidc-overdue 60 oidc-overdue         | 3 | overdue          | ''           | oidc-token-overdue
          credentials  | 4 key-missing:CREDENTIALS 20 key-missing:not-us | 4 | identity_refused | NoPermission | identity-refused
          credentials  | key:3600 9 key-not-renewed:CREDENTIALS:3600   | 9 | credentials      | ''           | key-about-to-end
          token        | 6 token-unreadable                            | 6 | unreadable       | ''           | token-mismatches
          authorities  | 6 authorities-unreadable                      | 6 | unreadable       | ''           | kms-down
          certificate  | 6 certificate-unusable                        | 6 | unreadable       | ''           | certificate-about-to-end
          files        | 5 file-refused:user 2 file-refused:user       | 5 | missing          | ''           | files-missing-or-old
          files        | file-awaited:user files:crt,user 3 files-full | 3 | unwritable       | ''           | files-missing-or-old
          shared_cache | shared:WRITE:TIMEOUT 30 shared:WRITE:FULL 12  | 0 | full             | ''           | redis-fails
          shared_cache | shared:WRITE:TIMEOUT 5 alone:true shared:READ:FULL | 0 | timeout     | ''           | redis-fails
          shared_cache | 5 alone:true                                  | 5 | alone            | ''           | redis-fails
          """)
  void a_failure_has_its_begin_class_code_and_a_section_of_the_page_of_symptoms(
      String name, String story, int since, String outcome, String code, String symptom)
      throws IOException {
    var dependencies = after(name, story).readiness().dependencies();
    var failure = Objects.requireNonNull(dependencies.get(name)).failure();
    assertThat(failure)
        .contains(new Failure(VirtualTime.START.plusSeconds(since), outcome, code, symptom));
    assertIsSection(symptom);
  }

  private static void assertIsSection(String symptom) throws IOException {
    assertThat(Files.readAllLines(Path.of("../docs/when-something-is-wrong.md")))
        .map(line -> line.toLowerCase(Locale.ROOT).replace(' ', '-'))
        .contains("###-" + symptom);
  }

  @Test
  void of_a_folder_it_tells_in_other_words_and_with_another_section() throws IOException {
    var health = health(Configs.KEY, Configs.FOLDER);
    var events = Examples.direct(health.handlers());
    Examples.happen("alone:false", events, time);
    assertThat(health.readiness().dependencies().get("shared_cache"))
        .isEqualTo(new Dependency(Status.UP, "No failure of the cache folder is known."));
    Examples.happen("shared:WRITE:FULL 2 alone:true 3", events, time);
    var failure = new Failure(VirtualTime.START, "full", "", "cache-folder-fails");
    assertThat(health.readiness().dependencies().get("shared_cache"))
        .isEqualTo(
            new Dependency(
                Status.DEGRADED,
                "The cache folder has problems: writes have failed for 5 s (full: It says so); it has"
                    + " not been used for 3 s (alone).",
                Optional.of(failure)));
    assertIsSection(failure.symptom());
  }

  /** A pod that starts empty is not ready, so that a rollout stops there. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          DOWN     | DOWN     |
          DOWN     | DEGRADED | restored:1 cloud-unanswered cluster-keys-unavailable
          DEGRADED | DOWN     | restored:0 cluster-keys-restored cloud-unanswered
          DEGRADED | DEGRADED | cloud-unanswered cluster-keys-unavailable cluster-keys-restored restored:1
          DEGRADED | DEGRADED | cluster-keys-restored restored:1 cluster-keys-unavailable cloud-unanswered
          UP       | UP       | cluster-keys-restored restored:1 cluster-keys cloud-answered
          """)
  void where_each_pod_has_its_role_keys_and_secrets_from_before_a_restart_make_it_ready(
      Status keys, Status cloud, @Nullable String story) {
    var health = health(Configs.PODS);
    Examples.happen(story == null ? "" : story, Examples.direct(health.handlers()), time);
    var found = health.readiness().dependencies();
    assertThat(found.get("cluster_keys")).extracting("status").isEqualTo(keys);
    assertThat(found.get("cloud")).extracting("status").isEqualTo(cloud);
  }

  @ParameterizedTest
  @EnumSource
  void no_failure_of_the_shared_cache_brings_the_agent_down(SharedCacheOutcome.Cause cause) {
    var health = health(Configs.KEY);
    var events = Examples.direct(health.handlers());
    for (var operation : CacheEvent.SharedCacheOperation.values()) {
      Examples.happen("alone:true shared:" + operation + ":" + cause, events, time);
    }
    assertThat(health.readiness().status()).isEqualTo(Status.DEGRADED);
  }

  @Test
  void it_knows_five_dependencies_at_first_and_credentials_of_the_configuration_are_one() {
    assertThat(health(Configs.KEY).startup().status()).isEqualTo(Status.UP);
    assertThat(after("shared_cache", "entry:ABSENT").readiness().dependencies())
        .containsOnlyKeys("kms", "breaker", "prefetch", "token", "credentials")
        .containsEntry("credentials", new Dependency(Status.UP, "The credentials have no end."));
  }

  /** The failure may be that of one role. */
  @ParameterizedTest
  @CsvSource({"kms:not-us", "kms:UNREACHABLE"})
  void where_each_pod_has_its_role_no_failure_of_kms_brings_the_agent_down(String story) {
    var health = health(Configs.PODS);
    Examples.happen(story, Examples.direct(health.handlers()), time);
    assertThat(health.readiness().dependencies().get("kms"))
        .extracting("status")
        .isEqualTo(Status.DEGRADED);
  }

  @Test
  void it_is_ready_when_prefetching_is_over_although_kms_could_not_answer() {
    var health = health(Configs.KEY, "Cache.Prefetch = [\"a\", \"b\", \"c\"]");
    assertThat(health.readiness().status()).isEqualTo(Status.DOWN);
    assertThat(health.readiness().dependencies())
        .containsEntry("prefetch", new Dependency(Status.DOWN, "Secrets are being prefetched: 3."));
    Examples.happen("prefetch-failed:TIMEOUT prefetched", Examples.direct(health.handlers()), time);
    assertThat(health.readiness().status()).isEqualTo(Status.UP);
    assertThat(health.readiness().dependencies())
        .containsEntry("prefetch", new Dependency(Status.UP, "Prefetching is over: 20 failed."));
  }

  @Nested
  final class A_secret_to_prefetch_that_kms_refuses {
    private static final String PREFETCH = "Cache.Prefetch = [\"a\", \"b\"]";

    private HealthEvents after(boolean required, String story) {
      var health = health(Configs.KEY, PREFETCH, "Cache.PrefetchRequired = " + required);
      Examples.happen(story, Examples.direct(health.handlers()), time);
      return health;
    }

    @Test
    void keeps_the_agent_from_being_ready_and_is_named_with_code_and_section() {
      var health = after(true, "5 prefetch-refused 7 prefetch-refused");
      assertThat(health.readiness().dependencies())
          .containsEntry(
              "prefetch",
              new Dependency(
                  Status.DOWN,
                  "KMS refuses or does not know secrets of Cache.Prefetch: 1. They are tried again.",
                  Optional.of(
                      new Failure(
                          VirtualTime.START.plusSeconds(5),
                          "refused",
                          "Forbidden.NoPermission",
                          "refusals")),
                  List.of("app/db: Forbidden.NoPermission")));
      assertThat(health.readiness().status()).isEqualTo(Status.DOWN);
      Examples.happen("prefetched", Examples.direct(health.handlers()), time);
      assertThat(health.readiness().status()).isEqualTo(Status.UP);
    }

    /** The status at the end; the page is read after each event. */
    @ParameterizedTest
    @CsvSource({
      "true, prefetched prefetch-refused, DEGRADED",
      "true, kms:FETCHED prefetch-refused kms:TIMEOUT, DOWN",
      "false, prefetch-refused, DEGRADED",
      "false, prefetch-unanswered, UP"
    })
    void degrades_it_once_it_has_been_ready_and_where_none_is_required(
        boolean required, String story, Status status) {
      var health = after(required, "");
      for (var event : story.split(" ", -1)) {
        Examples.happen(event, Examples.direct(health.handlers()), time);
        assertThat(health.readiness().dependencies()).containsKey("prefetch");
      }
      assertThat(health.readiness().status()).isEqualTo(status);
    }

    @Test
    void keeps_it_from_being_ready_where_kms_could_not_be_asked_at_first() {
      var health = health(PREFETCH);
      var events = Examples.direct(health.handlers());
      Examples.happen("key-missing:CREDENTIALS prefetch-unanswered key:endless", events, time);
      assertThat(health.readiness().status()).isEqualTo(Status.DOWN);
      Examples.happen("prefetch-refused", events, time);
      assertThat(health.readiness().status()).isEqualTo(Status.DOWN);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'', DOWN",
    "files:crt, DOWN",
    "file-awaited:user files:crt, DOWN",
    "files-full, DOWN",
    "file-refused:user files:crt, UP",
    "'files:crt,user', UP"
  })
  void it_has_started_once_each_file_is_there_or_refused(String story, Status status) {
    var health = after("files", story);
    assertThat(health.startup().status()).isEqualTo(status);
    assertThat(health.startup().dependencies().keySet())
        .isEqualTo(status == Status.UP ? Set.of() : Set.of("files"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_file_that_fails_degrades_it_once_it_was_ready_and_where_none_is_required(
      boolean required) {
    var health = health(Configs.KEY, Configs.FILES, "Cache.PrefetchRequired = " + required);
    var events = Examples.direct(health.handlers());
    if (required) {
      Examples.happen("files:crt,user", events, time);
      assertThat(health.readiness().status()).isEqualTo(Status.UP);
    }
    Examples.happen("file-refused:user files:crt", events, time);
    assertThat(health.readiness().status()).isEqualTo(Status.DEGRADED);
    assertThat(health.readiness().dependencies().get("files"))
        .extracting(Dependency::failing)
        .isEqualTo(List.of("user: app/db: Forbidden"));
    assertThat(health.startup().status()).isEqualTo(Status.UP);
  }

  @Nested
  final class The_audit_trail {
    /** The clock of the log begins anywhere. */
    private final LogLosses losses = new LogLosses(() -> time.instant().minusSeconds(999_999_999));

    private final HealthEvents audited =
        new HealthEvents(Configs.of(Configs.KEY), time, Optional.of(losses));

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
                  Optional.of(new Failure(VirtualTime.START, "lost", "", "lines-lost")),
                  List.of()));
      time.advance(Duration.ofNanos(1));
      assertThat(audited.readiness().status()).isEqualTo(Status.UP);
    }

    @Test
    void fails_since_the_first_of_the_lines_that_were_lost_one_soon_after_the_other() {
      losses.count(LogLosses.Kind.AUDIT, LogLosses.Reason.WRITE_FAILED);
      time.advance(Duration.ofHours(1));
      var begin = time.instant();
      for (int i = 0; i < 3; i++) {
        losses.count(LogLosses.Kind.AUDIT, LogLosses.Reason.WRITE_FAILED);
        time.advance(Duration.ofSeconds(59));
      }
      assertThat(audit().failure()).get().extracting(Failure::since).isEqualTo(begin);
    }

    @Test
    void is_down_while_secrets_are_withheld_however_long_ago_the_last_line_was_lost() {
      losses.count(LogLosses.Kind.AUDIT, LogLosses.Reason.DEADLINE);
      assertThat(losses.withholdSecrets()).isTrue();
      time.advance(Duration.ofHours(1));
      assertThat(audit())
          .isEqualTo(
              new Dependency(
                  Status.DOWN,
                  "Secrets are withheld, since audit lines are being lost: 1 so far.",
                  Optional.of(new Failure(VirtualTime.START, "lost", "", "lines-lost"))));
      losses.returnSecrets();
      assertThat(audited.readiness().status()).isEqualTo(Status.UP);
    }
  }
}
