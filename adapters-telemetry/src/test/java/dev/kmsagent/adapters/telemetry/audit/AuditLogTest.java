package dev.kmsagent.adapters.telemetry.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kmsagent.adapters.telemetry.AuditTrail.Delivery;
import dev.kmsagent.adapters.telemetry.LogLosses;
import dev.kmsagent.adapters.telemetry.LogLosses.Kind;
import dev.kmsagent.adapters.telemetry.LogLosses.Reason;
import dev.kmsagent.adapters.telemetry.audit.AuditVerification.Result.Whole;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import dev.kmsagent.testkit.Unchecked;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.event.KeyValuePair;

/** What the agent writes to its audit trail besides reads, and what becomes of what it cannot. */
final class AuditLogTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir private Path path;
  private AuditFolder folder = new AuditFolder(Path.of(""));
  private LogLosses losses = new LogLosses(folder.time);

  @BeforeEach
  void in_a_folder() {
    folder = new AuditFolder(path);
    losses = new LogLosses(folder.time);
  }

  /** One whose end has all the time that a busy machine needs. */
  private record Opened(AuditLog log) implements AutoCloseable {
    Delivery write(Kind kind, String secret) {
      var fields = List.of(new KeyValuePair("secret", secret));
      return Patience.join(log.write(kind, "secret_read", fields));
    }

    void awaitWritten() {
      Patience.join(log.written());
    }

    @Override
    public void close() {
      log.close(Patience.limit());
    }
  }

  private Opened open() throws IOException {
    return new Opened(
        AuditLog.open(
            folder.config(),
            folder.key(),
            AuditFolder.CHAIN,
            List.of(new KeyValuePair("version", "1.2.3"), new KeyValuePair("configuration", "abc")),
            losses,
            folder.timing()));
  }

  private JsonObject last(String event) {
    return folder.files().stream()
        .flatMap(it -> AuditFolder.lines(it).stream())
        .filter(it -> it.get("event").getAsString().equals(event))
        .reduce((_, later) -> later)
        .orElseThrow();
  }

  private long signatures() {
    return folder.story().stream().filter("signature"::equals).count();
  }

  @Test
  void start_and_end_are_told_and_signed() throws IOException {
    try (var log = open()) {
      assertThat(log.write(Kind.AUDIT, "a")).isEqualTo(Delivery.WRITTEN);
      assertThat(log.log().sequence()).isEqualTo(3);
    }

    assertThat(folder.story())
        .containsExactly(
            "file_opened started", "agent_started", "secret_read a", "agent_stopped", "signature");
    assertThat(last("agent_started").toString())
        .contains("\"version\":\"1.2.3\",\"configuration\":\"abc\"");
    assertThat(folder.verify()).isInstanceOf(Whole.class);
    assertThat(folder.time.waiting()).isZero();
  }

  @Test
  void what_an_agent_that_was_killed_left_is_told_by_the_next_start() throws IOException {
    try (var file = folder.open()) {
      folder.read(file, "a");
      file.settle(7);
    }
    Files.writeString(folder.live(), Files.readString(folder.live()) + "torn");
    open().close();

    assertThat(last("agent_started").toString()).contains("\"torn_bytes\":4,\"lines_lost\":7");
  }

  @Test
  void the_start_and_each_minute_in_which_there_were_lines_are_signed() throws IOException {
    try (var log = open()) {
      log.awaitWritten();
      pass(Duration.ofSeconds(5), log);
      for (var minute = 1; minute <= 3; minute++) {
        pass(MINUTE, log);
      }
      assertThat(signatures()).isEqualTo(1);
      log.write(Kind.AUDIT, "a");
      pass(MINUTE, log);
      assertThat(folder.story()).endsWith("secret_read a", "signature");
    }
  }

  private void pass(Duration time, Opened log) {
    folder.time.awaitDue(time, 1);
    folder.time.advance(time);
    log.awaitWritten();
  }

  @Test
  void without_a_key_nothing_is_signed() throws IOException {
    folder.with(Optional.empty());
    open().close();

    assertThat(signatures()).isZero();
  }

  @Nested
  final class With_all_files_full {
    private Path rolled = Path.of("");

    @BeforeEach
    void of_an_earlier_file() throws IOException {
      rolled = path.resolve("kms-agent-audit-2025-12-31-0123456789abcdef-1.jsonl.gz");
      Files.writeString(rolled, "x".repeat(1_000_000));
      folder.fullAt(1_000_000 + 900);
    }

    private void fill(Opened log) {
      while (log.write(Kind.AUDIT, "a") == Delivery.WRITTEN) {
        folder.time.advance(Duration.ofSeconds(2));
      }
    }

    @Test
    void lines_are_lost_and_counted_until_there_is_room_again() throws IOException {
      try (var log = open()) {
        fill(log);
        assertThat(log.write(Kind.LOG, "b")).isEqualTo(Delivery.LOST);
        assertThat(losses.lost(Kind.AUDIT, Reason.WRITE_FAILED)).isEqualTo(1);

        Files.delete(rolled);
        folder.time.advance(Duration.ofSeconds(2));
        assertThat(log.write(Kind.AUDIT, "c")).isEqualTo(Delivery.WRITTEN);
        log.awaitWritten();
        assertThat(last("lines_lost").toString()).contains("\"reads\":1,\"others\":1");
      }
      assertThat(folder.verify()).isInstanceOf(Whole.class);
    }

    @Test
    void what_was_lost_is_told_after_a_restart() throws IOException {
      try (var log = open()) {
        fill(log);
      }
      folder.fullAt(2_000_000);
      open().close();

      assertThat(last("agent_started").get("lines_lost").getAsLong()).isEqualTo(2);
      assertThat(folder.verify()).isInstanceOf(Whole.class);
    }
  }

  /** In a process whose files may have two kilobytes, so that a write fails in part. */
  @Test
  void a_line_that_was_written_in_part_is_taken_back() {
    var command = "ulimit -f 4; exec \"$@\"";
    var java = SystemCommand.jdk("java");
    var classes = System.getProperty("java.class.path");
    var run =
        SystemCommand.of("sh", "-c", command, "sh", java, "-XX:-UsePerfData", "-cp", classes)
            .and(AuditLogTest.class.getName(), path)
            .run();

    assertThat(run.outputOfSuccess()).isEqualTo("Lost: 3");
    var moved = path.resolve("moved");
    assertThat(moved).content().endsWith("\n").hasSizeGreaterThan(1000);
    assertThat(folder.files()).containsExactly(folder.live());
    assertThat(verify(moved)).isInstanceOf(Whole.class);
  }

  private AuditVerification.Result verify(Path other) {
    return Unchecked.get(() -> folder.verify(other));
  }

  /** Writes until three lines were lost, and then to a new file. */
  public static void main(String[] args) throws IOException {
    var folder = new AuditFolder(Path.of(args[0]));
    int lost = 0;
    try (var file = folder.open()) {
      while (lost < 3) {
        try {
          folder.read(file, "a".repeat(200));
        } catch (IOException full) {
          lost++;
        }
      }
      Files.move(folder.live(), folder.path.resolve("moved"));
      folder.read(file, "b");
    }
    System.out.print("Lost: " + lost);
  }
}
