package dev.kmsagent.adapters.telemetry.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.tuple;

import dev.kmsagent.adapters.telemetry.audit.AuditVerification.Result.Broken;
import dev.kmsagent.adapters.telemetry.audit.AuditVerification.Result.Whole;
import dev.kmsagent.adapters.telemetry.audit.AuditVerification.UncleanEnd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.KeyValuePair;

/** What is in the files, whatever happens to them. */
final class AuditFileTest {
  private static final Duration DAY = Duration.ofDays(1);

  @TempDir private Path path;
  private AuditFolder folder;

  @BeforeEach
  void in_a_folder() {
    folder = new AuditFolder(path);
  }

  private void assertWhole(Path... more) throws IOException {
    assertThat(folder.verify(more))
        .isInstanceOfSatisfying(
            Whole.class,
            it -> {
              assertThat(it.first()).isEqualTo(1);
              assertThat(it.isTorn()).isFalse();
            });
  }

  private List<KeyValuePair> findings() throws IOException {
    try (var file = folder.open()) {
      return file.findings();
    }
  }

  @Test
  void a_trail_begins_with_its_chain_and_key_for_the_owner_and_the_group() throws IOException {
    folder.readAndDie("a");

    var first = AuditFolder.lines(folder.live()).getFirst();
    assertThat(first.get("chain").getAsString()).isEqualTo(AuditFolder.CHAIN);
    assertThat(first.get("public_key").getAsString()).isEqualTo(AuditFolder.KEY.publicKey());
    assertThat(Files.getPosixFilePermissions(folder.live()))
        .isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
    assertWhole();
  }

  @Nested
  final class The_chain_goes_on {
    @BeforeEach
    void behind_a_first_agent() throws IOException {
      folder.readAndDie("a");
    }

    @Test
    void in_the_same_file_after_a_restart() throws IOException {
      assertThat(findings()).isEmpty();
      folder.readAndDie("b");

      assertThat(folder.story())
          .containsExactly("file_opened started", "secret_read a", "secret_read b");
      assertWhole();
    }

    @Test
    void in_a_new_file_if_it_was_moved_away_while_the_agent_was_stopped() throws IOException {
      var moved = Files.move(folder.live(), path.resolve("moved"));
      folder.readAndDie("b");

      assertThat(folder.story()).containsExactly("file_opened started", "secret_read b");
      assertThat(AuditFolder.lines(folder.live()).getFirst().get("chain").getAsString())
          .isEqualTo(AuditFolder.CHAIN);
      assertWhole(moved);
    }

    @Test
    void in_a_new_file_within_a_second_if_it_is_moved_away_while_the_agent_runs()
        throws IOException {
      try (var file = folder.open()) {
        folder.read(file, "b");
        var moved = Files.move(folder.live(), path.resolve("moved"));
        folder.read(file, "c");

        assertThat(folder.story()).containsExactly("file_opened changed", "secret_read c");
        assertWhole(moved);
      }
    }

    @Test
    void behind_a_signature_that_was_moved_away_before_a_restart() throws IOException {
      try (var file = folder.open()) {
        folder.read(file, "b");
        file.sign();
      }
      var moved = Files.move(folder.live(), path.resolve("moved"));
      folder.readAndDie("c");

      assertWhole(moved);
    }

    @Test
    void in_a_file_that_was_truncated_and_a_line_says_so() throws IOException {
      try (var file = folder.open()) {
        var copy = Files.copy(folder.live(), path.resolve("copy"));
        Files.write(folder.live(), new byte[0]);
        folder.read(file, "b");

        assertThat(folder.story()).containsExactly("file_opened changed", "secret_read b");
        assertWhole(copy);
      }
    }

    @Test
    void in_a_file_that_others_removed_or_that_they_put_in_its_place() throws IOException {
      try (var file = folder.open()) {
        Files.delete(folder.live());
        Files.writeString(folder.live(), "");
        folder.read(file, "b");
        assertThat(folder.story()).containsExactly("file_opened changed", "secret_read b");
      }
    }

    @Test
    void from_the_file_if_the_head_lags_behind_or_is_damaged_or_missing() throws IOException {
      var before = Files.readAllBytes(folder.head());
      folder.readAndDie("b");
      Files.write(folder.head(), before);
      folder.readAndDie("c");
      Files.writeString(folder.head(), "damaged");
      folder.readAndDie("d");
      Files.delete(folder.head());
      assertThat(findings()).isEmpty();

      assertWhole();
    }

    @Test
    void from_the_head_if_the_file_ends_before_it_and_the_gap_is_found() throws IOException {
      var before = Files.readAllBytes(folder.live());
      folder.readAndDie("b");
      Files.write(folder.live(), before);

      try (var file = folder.open()) {
        assertThat(file.findings()).containsExactly(new KeyValuePair("lines_missing", 1L));
        file.write(folder.object("agent_started", file.findings().getFirst()));
        assertThat(folder.verify())
            .isInstanceOfSatisfying(
                Whole.class,
                it ->
                    assertThat(it.uncleanEnds())
                        .extracting(UncleanEnd::start, UncleanEnd::missing)
                        .containsExactly(tuple(4L, 1L)));
      }
    }

    @Test
    void a_start_that_says_another_number_of_missing_lines_is_broken() throws IOException {
      var before = Files.readAllBytes(folder.live());
      folder.readAndDie("b");
      Files.write(folder.live(), before);

      try (var file = folder.open()) {
        file.write(folder.object("agent_started", new KeyValuePair("lines_missing", 2L)));
        assertThat(folder.verify())
            .isInstanceOfSatisfying(
                Broken.class, it -> assertThat(it.problem()).startsWith("Lines are missing:"));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"sequence\":3,\"prev", "x", "\0\0\0\0", "{\"sequence\":99999999999999"})
  void what_a_killed_agent_wrote_of_a_line_is_cut_off_and_its_bytes_are_told(String torn)
      throws IOException {
    folder.readAndDie("a");
    Files.writeString(folder.live(), torn, StandardOpenOption.APPEND);

    assertThat(findings()).containsExactly(new KeyValuePair("torn_bytes", (long) torn.length()));
    folder.readAndDie("b");
    assertWhole();
  }

  @Test
  void a_first_line_that_was_written_in_part_is_written_again() throws IOException {
    Files.writeString(folder.live(), "{\"sequence\":1");

    assertThat(findings()).containsExactly(new KeyValuePair("torn_bytes", 13L));
    assertThat(folder.story()).containsExactly("file_opened started");
    assertWhole();
  }

  @Nested
  final class It_rolls {
    @Test
    void at_its_size_with_a_signature_at_the_end() throws IOException {
      folder.rollingAt(1000);
      try (var file = folder.open()) {
        for (var secret : List.of("a", "b", "c", "d", "e", "f")) {
          folder.read(file, secret);
        }
      }
      assertThat(folder.story())
          .containsSubsequence("secret_read a", "signature", "file_opened rolled", "secret_read f");
      assertThat(folder.files().getFirst())
          .hasFileName("kms-agent-audit-2026-01-01-0123456789abcdef-1.jsonl");
      assertThat(AuditFolder.lines(folder.files().getFirst()).getLast().get("event").getAsString())
          .isEqualTo("signature");
      assertWhole();
    }

    @Test
    void once_a_day_by_utc_and_when_the_clock_is_set_to_another_day() throws IOException {
      try (var file = folder.open()) {
        folder.read(file, "a");
        folder.time.advance(DAY);
        folder.read(file, "b");
        folder.read(file, "c");
        folder.setWallClock(DAY.multipliedBy(-3));
        folder.read(file, "d");
        folder.read(file, "e");
        folder.setWallClock(DAY.multipliedBy(30));
        folder.read(file, "f");
      }
      assertThat(folder.story())
          .containsExactly(
              "file_opened started",
              "secret_read a",
              "signature",
              "file_opened rolled",
              "secret_read b",
              "secret_read c",
              "signature",
              "file_opened rolled",
              "secret_read d",
              "secret_read e",
              "signature",
              "file_opened rolled",
              "secret_read f");
      assertThat(folder.files())
          .extracting(it -> it.getFileName().toString().replaceFirst("-" + AuditFolder.CHAIN, ""))
          .containsExactly(
              "kms-agent-audit-2026-01-01-1.jsonl",
              "kms-agent-audit-2026-01-02-4.jsonl",
              "kms-agent-audit-2025-12-30-8.jsonl",
              "kms-agent-audit.jsonl");
      assertWhole();
    }

    @Test
    void when_the_key_was_replaced_or_taken_away_and_both_verify() throws IOException {
      folder.readAndDie("a");
      var other = AuditFolder.newKey();
      folder.with(Optional.of(other)).readAndDie("b");
      var keys = folder.files().stream().map(it -> AuditFolder.lines(it).getFirst()).toList();

      assertThat(keys)
          .extracting(it -> it.get("public_key").getAsString())
          .containsExactly(AuditFolder.KEY.publicKey(), other.publicKey());
      folder.with(Optional.empty()).readAndDie("c");
      assertThat(folder.files()).hasSize(3);
      assertWhole();
    }

    @Test
    void to_a_name_that_takes_no_file_away() throws IOException {
      folder.readAndDie("a");
      var taken = path.resolve("kms-agent-audit-2026-01-01-0123456789abcdef-1.jsonl");
      Files.writeString(taken, "mine");
      folder.time.advance(DAY);
      folder.readAndDie("b");

      assertThat(taken).content().isEqualTo("mine");
      assertThat(path.resolve("kms-agent-audit-2026-01-01-0123456789abcdef-1-2.jsonl")).exists();
    }
  }

  @Nested
  final class Rolled_files {
    private Path rolled(String name, int daysAgo) throws IOException {
      var file = Files.writeString(path.resolve("kms-agent-audit-" + name), "x".repeat(1000));
      var then = folder.clocks().wall().instant().minus(Duration.ofDays(daysAgo));
      return Files.setLastModifiedTime(file, FileTime.from(then));
    }

    @Test
    void are_deleted_by_age_alone_and_a_line_says_so() throws IOException {
      var old = rolled("2025-06-01-0123456789abcdef-1.jsonl.gz", 181);
      var young = rolled("2025-07-06-0123456789abcdef-9.jsonl", 179);
      var _ = rolled("2025-12-31-0123456789abcdef-20.jsonl", 0);
      var other =
          Files.setLastModifiedTime(Files.createFile(path.resolve("x")), FileTime.fromMillis(0));
      folder.readAndDie("a");

      assertThat(old).doesNotExist();
      assertThat(young).exists();
      assertThat(other).exists();
      assertThat(AuditFolder.lines(folder.live()))
          .extracting(it -> AuditQuery.text(it, "file"))
          .contains(Optional.of(old.getFileName().toString()));
    }

    @Test
    void are_not_deleted_after_a_start_with_a_clock_that_is_years_ahead() throws IOException {
      var young = rolled("2025-12-30-0123456789abcdef-1.jsonl.gz", 2);
      folder.readAndDie("a");
      folder.setWallClock(DAY.multipliedBy(3650));
      folder.readAndDie("b");

      assertThat(young).exists();
      assertThat(folder.story()).contains("file_opened rolled");
    }

    @Test
    void keep_lines_from_being_written_once_all_have_their_most_bytes() throws IOException {
      rolled("2025-12-30-0123456789abcdef-1.jsonl.gz", 2);
      var second = rolled("2025-12-31-0123456789abcdef-9.jsonl.gz", 1);
      folder.fullAt(2500);
      try (var file = folder.open()) {
        folder.read(file, "a");
        assertThatIOException()
            .isThrownBy(() -> folder.read(file, "lost"))
            .withMessageContaining("Log.AuditMaxSize");
        file.sign();
        folder.time.advance(DAY);
        assertThatIOException().isThrownBy(() -> folder.read(file, "lost"));

        Files.delete(second);
        folder.read(file, "b");
      }
      assertThat(path.resolve("kms-agent-audit-2025-12-30-0123456789abcdef-1.jsonl.gz")).exists();
      assertThat(folder.story())
          .containsExactly(
              "file_opened started",
              "secret_read a",
              "signature",
              "file_opened rolled",
              "secret_read b");
    }
  }

  @Test
  void a_second_agent_on_the_folder_is_told_what_to_do() throws IOException {
    try (var file = folder.open()) {
      assertThatIOException()
          .isThrownBy(() -> folder.open())
          .withMessageContaining("another agent")
          .withMessageContaining("give each agent a folder of its own")
          .withMessageContaining(path.toString());
      folder.read(file, "a");
    }
    folder.readAndDie("b");
    assertWhole();
  }

  @Test
  void a_link_in_the_place_of_the_file_is_not_followed() throws IOException {
    var victim = Files.writeString(path.resolve("victim"), "mine");
    Files.createSymbolicLink(folder.live(), victim);

    assertThatIOException().isThrownBy(() -> folder.open());
    assertThat(victim).content().isEqualTo("mine");
    Files.delete(folder.live());
    folder.readAndDie("a");
    assertWhole();
  }
}
