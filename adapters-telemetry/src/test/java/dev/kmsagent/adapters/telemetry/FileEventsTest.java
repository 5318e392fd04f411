package dev.kmsagent.adapters.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.Health.Dependency;
import dev.kmsagent.domain.Health.Failure;
import dev.kmsagent.domain.Health.Status;
import dev.kmsagent.domain.event.FileEvent;
import dev.kmsagent.domain.event.FileEvent.FileFailed;
import dev.kmsagent.domain.event.FileEvent.FilesNotWritten;
import dev.kmsagent.domain.event.FileEvent.FilesWritten;
import dev.kmsagent.testkit.LogRecorder;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What operators see of two files, {@code crt} and {@code user}. */
final class FileEventsTest {
  private static final Set<String> BOTH = Set.of("crt", "user");
  private static final FileEvent FULL =
      new FilesNotWritten("/run/files: No space left on device", Duration.ofSeconds(1));

  private final VirtualTime time = new VirtualTime();

  private static FileEvent written(Set<String> present) {
    return new FilesWritten(present, present);
  }

  private static FileEvent failed(String name, boolean isFinal) {
    return new FileFailed(name, "app/db: Forbidden.NoPermission", isFinal);
  }

  @Nested
  class Health {
    private HealthEvents health = ofRequired(true);

    private HealthEvents ofRequired(boolean prefetchRequired) {
      var required = "Cache.PrefetchRequired = " + prefetchRequired;
      var config = Configs.of(Configs.KEY, Configs.FILES, required);
      return new HealthEvents(config, time, Optional.empty());
    }

    private void happen(FileEvent... events) {
      for (var event : events) {
        Examples.direct(health.handlers()).publish(event);
      }
    }

    private Dependency files() {
      return Objects.requireNonNull(health.readiness().dependencies().get("files"));
    }

    @Test
    void until_each_file_is_there_the_agent_has_not_started_and_is_not_ready() {
      assertThat(files()).isEqualTo(new Dependency(Status.DOWN, "Files are being made: 2."));
      assertThat(health.startup().status()).isEqualTo(Status.DOWN);
      assertThat(health.startup().dependencies()).containsOnlyKeys("files");
      assertThat(health.liveness().status()).isEqualTo(Status.UP);

      happen(written(Set.of("crt")));
      assertThat(files().detail()).isEqualTo("Files are being made: 1.");
      assertThat(health.startup().status()).isEqualTo(Status.DOWN);

      happen(written(BOTH));
      assertThat(files()).isEqualTo(new Dependency(Status.UP, "All files are there."));
      assertThat(health.startup().status()).isEqualTo(Status.UP);
      assertThat(health.startup().dependencies()).isEmpty();
    }

    @Test
    void a_refused_file_lets_the_start_go_on_and_keeps_the_agent_from_being_ready()
        throws IOException {
      happen(failed("user", true), written(Set.of("crt")));

      assertThat(health.startup().status()).isEqualTo(Status.UP);
      assertThat(files().status()).isEqualTo(Status.DOWN);
      assertThat(files().detail()).isEqualTo("Files cannot be made: 1.");
      assertThat(files().failing()).containsExactly("user: app/db: Forbidden.NoPermission");
      assertThat(files().failure())
          .contains(new Failure(VirtualTime.START, "missing", "", "files-missing-or-old"));
      assertThat(Path.of("../docs/when-something-is-wrong.md"))
          .content()
          .containsIgnoringCase("\n### Files missing or old\n");
    }

    @Test
    void a_refused_file_only_degrades_where_refusals_do_not_count() {
      health = ofRequired(false);
      happen(failed("user", true), written(Set.of("crt")));

      assertThat(files().status()).isEqualTo(Status.DEGRADED);
    }

    @Test
    void a_file_that_waiting_may_mend_is_waited_for() {
      happen(failed("user", false), written(Set.of("crt")));

      assertThat(health.startup().status()).isEqualTo(Status.DOWN);
      assertThat(files().failing()).hasSize(1);
    }

    @Test
    void a_file_that_fails_later_degrades_the_agent_since_then_until_it_is_made_again() {
      happen(written(BOTH));
      assertThat(health.readiness().status()).isEqualTo(Status.UP);
      time.advance(Duration.ofSeconds(5));
      happen(failed("user", true), written(Set.of("crt")));
      time.advance(Duration.ofSeconds(5));
      happen(failed("user", true), written(Set.of("crt")));

      assertThat(files().status()).isEqualTo(Status.DEGRADED);
      assertThat(files().failure().orElseThrow().since())
          .isEqualTo(VirtualTime.START.plusSeconds(5));
      assertThat(health.startup().status()).isEqualTo(Status.UP);

      happen(written(BOTH));
      assertThat(files().status()).isEqualTo(Status.UP);
    }

    @Test
    void a_directory_that_cannot_be_written_is_told_with_its_reason_until_it_can() {
      happen(FULL);
      assertThat(files().detail())
          .isEqualTo("Files cannot be written: /run/files: No space left on device.");
      assertThat(files().status()).isEqualTo(Status.DOWN);
      assertThat(health.startup().status()).isEqualTo(Status.DOWN);

      happen(written(BOTH), FULL);
      assertThat(files().failure().orElseThrow().outcome()).isEqualTo("unwritable");
      happen(written(BOTH));
      assertThat(files().status()).isEqualTo(Status.UP);
    }
  }

  @Test
  void without_files_the_agent_has_started_at_once_and_health_names_none() {
    var health = new HealthEvents(Configs.of(Configs.KEY), time, Optional.empty());

    assertThat(health.startup().status()).isEqualTo(Status.UP);
    assertThat(health.readiness().dependencies()).doesNotContainKey("files");
  }

  @Nested
  class Metrics {
    private final MetricsEvents metrics =
        new MetricsEvents(Configs.of(Configs.FILES), time, "1.2.3", new LogLosses(time));

    private void happen(FileEvent... events) {
      for (var event : events) {
        Examples.direct(metrics.handlers()).publish(event);
      }
    }

    @Test
    void files_count_as_failed_until_they_are_there() {
      assertThat(Examples.scraped(metrics))
          .contains(
              "kms_agent_files{state=\"current\"} 0.0", "kms_agent_files{state=\"failed\"} 2.0")
          .noneMatch(line -> line.startsWith("kms_agent_files_last_change"));

      happen(failed("user", true), written(Set.of("crt")));
      assertThat(Examples.scraped(metrics))
          .contains(
              "kms_agent_files{state=\"current\"} 1.0", "kms_agent_files{state=\"failed\"} 1.0");
    }

    @Test
    void changes_are_dated_and_failures_counted() {
      happen(written(BOTH));
      time.advance(Duration.ofSeconds(9));
      happen(new FilesWritten(BOTH, Set.of()), FULL);

      var start = (double) VirtualTime.START.getEpochSecond();
      assertThat(Examples.scraped(metrics))
          .contains(
              "kms_agent_files_write_failures_total 1.0",
              "kms_agent_files_last_change_timestamp_seconds " + start);
    }
  }

  @Test
  void a_change_is_logged_by_name_and_what_did_not_change_is_not() {
    try (var log = LogRecorder.ofOwnLogger()) {
      var events = Examples.direct(new LoggingEvents(time, log.logger()).handlers());
      events.publish(written(BOTH));
      events.publish(new FilesWritten(BOTH, Set.of()));
      events.publish(failed("user", true));
      events.publish(FULL);

      assertThat(log.events())
          .extracting(it -> it.getLevel() + " " + it.getMessage() + " " + it.getKeyValuePairs())
          .containsExactly(
              "INFO files_written [files=\"2\", changed=\"crt, user\"]",
              "WARN file_failed [file=\"user\", reason=\"app/db: Forbidden.NoPermission\"]",
              "WARN files_not_written [reason=\"/run/files: No space left on device\","
                  + " retry_in_ms=\"1000\"]");
    }
  }
}
