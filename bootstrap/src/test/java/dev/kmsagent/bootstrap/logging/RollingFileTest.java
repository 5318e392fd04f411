package dev.kmsagent.bootstrap.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 100})
  void it_rolls_at_its_size_and_keeps_so_many_backups(int backups) throws IOException {
    Files.writeString(file, "of a former process\n");
    var rolling = new RollingFile(file, 20, backups, () -> 0);
    for (var number = 0; number <= backups; number++) {
      rolling.write(bytes("x".repeat(20) + number));
    }
    rolling.write(bytes("last"));
    assertThat(file).content().isEqualTo("last\n");
    assertThat(folder.resolve("logs").toFile().list()).hasSize(1 + backups);
    for (var number = 1; number <= backups; number++) {
      assertThat(file.resolveSibling("kms-agent.log." + number))
          .content()
          .endsWith("x" + (backups + 1 - number) + "\n");
    }
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
    Files.delete(file);
    nanos += Duration.ofSeconds(1).toNanos();
    write("2");
    assertThat(file).content().isEqualTo("2\n");
  }

  @Test
  void where_no_backup_can_be_made_the_file_goes_on_and_it_is_tried_again_in_a_second()
      throws IOException {
    var taken = Files.createDirectories(file.resolveSibling("kms-agent.log.1/taken"));
    write("x".repeat(1000));
    sink.write(bytes("2"));
    Files.delete(taken);
    sink.write(bytes("3"));
    assertThat(file).content().endsWith("x\n2\n3\n");
    nanos += Duration.ofSeconds(1).toNanos();
    write("4");
    assertThat(file).content().isEqualTo("4\n");
    sink.write(bytes("x".repeat(1000)));
    sink.write(bytes("5"));
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
}
