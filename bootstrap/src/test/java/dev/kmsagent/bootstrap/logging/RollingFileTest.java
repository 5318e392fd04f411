package dev.kmsagent.bootstrap.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@link LoggingTest} does not show of it: files that are taken away, and full disks. */
final class RollingFileTest {
  private static final Path FULL_DISK = Path.of("/dev/full");

  @TempDir private Path folder;
  private Path file;
  private RollingFile sink;
  private long nanos;

  @BeforeEach
  void open() throws IOException {
    file = folder.resolve("logs/kms-agent.log");
    sink = new RollingFile(file, 1000, 1, () -> nanos);
  }

  private static byte[] bytes(String line) {
    return (line + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private void write(String line) throws IOException {
    sink.write(bytes(line));
    nanos += Duration.ofSeconds(1).toNanos();
  }

  @Test
  void a_file_that_was_deleted_is_made_anew() throws IOException {
    write("1");
    write("2");
    Files.delete(file);
    Files.delete(file.getParent());
    write("3");
    assertThat(file).content().isEqualTo("3\n");
  }

  @Test
  void a_file_that_was_moved_away_is_left_alone() throws IOException {
    write("1");
    write("2");
    Files.move(file, folder.resolve("moved"));
    Files.writeString(file, "new\n");
    write("3");
    assertThat(folder.resolve("moved")).content().isEqualTo("1\n2\n");
    assertThat(file).content().isEqualTo("new\n3\n");
  }

  @Test
  void a_line_that_a_full_disk_refuses_fails_and_the_next_is_written_when_there_is_room()
      throws IOException {
    assumeTrue(Files.exists(FULL_DISK), "there is no " + FULL_DISK);
    Files.delete(file);
    Files.createSymbolicLink(file, FULL_DISK);
    nanos = Duration.ofSeconds(1).toNanos();
    assertThatIOException().isThrownBy(() -> write("1"));
    assertThatIOException().isThrownBy(() -> write("2"));
    Files.delete(file);
    write("3");
    assertThat(file).content().isEqualTo("3\n");
  }

  /** Writes five lines of 300 bytes, as many as there is room for. */
  public static void main(String[] folder) throws IOException {
    var sink = new RollingFile(Path.of(folder[0]), 10_000, 0, () -> 0);
    for (var number = 0; number < 5; number++) {
      try {
        sink.write(bytes(String.valueOf(number).repeat(299)));
      } catch (IOException full) {
        System.out.println(number);
      }
    }
  }

  /** The limit on a file's size stands for a disk that becomes full within a line. */
  @Test
  void a_line_that_a_full_disk_cuts_off_is_taken_back() throws IOException {
    var classes = System.getProperty("java.class.path");
    var limited = SystemCommand.of("sh", "-c", "ulimit -f 2 && exec \"$@\"", "sh");
    var java = SystemCommand.jdk("java");
    var lost =
        limited
            .and(java, "-XX:-UsePerfData", "-cp", classes, RollingFileTest.class.getName(), file)
            .run();

    assertThat(lost.outputOfSuccess()).contains("4");
    assertThat(file).content().matches("(0{299}\n)(1{299}\n)?(2{299}\n)?(3{299}\n)?");
  }

  @Test
  void where_no_backup_can_be_made_the_file_goes_on_and_it_is_tried_again_in_a_second()
      throws IOException {
    var taken = Files.createDirectories(file.resolveSibling("kms-agent.log.1/taken"));
    write("x".repeat(1000));
    sink.write(bytes("2"));
    Files.delete(taken);
    write("3");
    assertThat(file).content().endsWith("x\n2\n3\n");
    write("4");
    assertThat(file).content().isEqualTo("4\n");
    write("x".repeat(1000));
    nanos -= Duration.ofSeconds(1).toNanos();
    write("5");
    assertThat(file).content().isEqualTo("5\n");
  }

  @Test
  void a_file_that_another_process_has_just_rolled_is_not_rolled_again() throws IOException {
    sink.write(bytes("x".repeat(1000)));
    Files.move(file, file.resolveSibling("kms-agent.log.1"));
    Files.writeString(file, "of the other\n");

    write("1");

    assertThat(file).content().isEqualTo("of the other\n1\n");
    assertThat(file.resolveSibling("kms-agent.log.1")).content().startsWith("x");
  }

  @Test
  void while_it_cannot_be_opened_lines_fail_and_the_next_is_written_when_it_can()
      throws IOException {
    write("1");
    Files.delete(file);
    Files.createDirectory(file);
    assertThatIOException().isThrownBy(() -> write("2"));
    assertThatIOException().isThrownBy(() -> write("3"));
    Files.delete(file);
    write("4");
    assertThat(file).content().isEqualTo("4\n");
  }

  @Test
  void while_its_folder_is_inaccessible_the_open_file_is_written_and_it_is_tried_each_second()
      throws IOException {
    write("1");
    var logs = file.getParent();
    var moved = Files.move(logs, folder.resolve("moved")).resolve(file.getFileName());
    Files.createSymbolicLink(logs, logs);
    sink.write(bytes("2"));
    Files.delete(logs);
    write("3");
    assertThat(moved).content().isEqualTo("1\n2\n3\n");
    write("4");
    assertThat(file).content().isEqualTo("4\n");
  }

  @Test
  void while_it_cannot_be_opened_the_open_file_grows_and_is_rolled_later() throws IOException {
    var large = "x".repeat(1000);
    write(large);
    var logs = file.getParent();
    var moved = Files.move(logs, folder.resolve("moved"));
    Files.createSymbolicLink(logs, logs);
    write("2");
    write("3");
    assertThat(moved.resolve(file.getFileName())).content().isEqualTo(large + "\n2\n3\n");
    Files.delete(logs);
    Files.move(moved, logs);
    write("4");
    assertThat(file).content().isEqualTo("4\n");
  }

  @Test
  void a_file_that_was_deleted_and_cannot_be_made_anew_takes_no_lines() throws IOException {
    write("1");
    var logs = file.getParent();
    Files.delete(file);
    Files.delete(logs);
    Files.createSymbolicLink(logs, folder.resolve("missing"));
    assertThatIOException().isThrownBy(() -> write("2"));
    Files.createDirectory(folder.resolve("missing"));
    write("3");
    assertThat(file).content().isEqualTo("3\n");
  }
}
