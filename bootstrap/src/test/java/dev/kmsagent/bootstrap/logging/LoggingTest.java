package dev.kmsagent.bootstrap.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Level;
import dev.kmsagent.adapters.telemetry.AuditEvents;
import dev.kmsagent.config.LogConfig.LogLevel;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LoggingTest {
  private final Log log = new Log();

  @Nested
  class The_level {
    @ParameterizedTest
    @CsvSource({"DEBUG,4", "INFO,3", "WARN,2", "ERROR,1", "NONE,0"})
    void decides_which_of_our_entries_are_logged(LogLevel level, int lines) throws IOException {
      log.level(level).install();

      log.logger().debug("1");
      log.logger().info("2");
      log.logger().warn("3");
      log.logger().error("4");

      assertThat(log.consoleLines()).hasSize(lines);
    }

    @Test
    void does_not_let_libraries_say_more_than_warnings() throws IOException {
      log.level(LogLevel.DEBUG).install();

      log.logger("org.eclipse.jetty.http.HttpParser").debug("X-Vault-Token: canary");
      log.logger("org.eclipse.jetty.http.HttpParser").info("X-Vault-Token: canary");
      log.logger("org.eclipse.jetty.server.Server").warn("low on threads");

      assertThat(log.consoleLines()).singleElement().asString().contains("low on threads");
    }

    @Test
    void leaves_the_audit_trail_alone() throws IOException {
      log.level(LogLevel.ERROR).audit().install();

      log.logger(AuditEvents.LOGGER).info("secret_read");

      assertThat(log.consoleLines()).hasSize(1);
    }

    @Test
    void none_silences_the_audit_trail_as_well() throws IOException {
      log.level(LogLevel.NONE).audit().install();

      log.logger(AuditEvents.LOGGER).info("secret_read");

      assertThat(log.consoleLines()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "com.aliyun.core.http.X",
          "com.aliyun.apache.hc.client5.http.wire",
          "darabonba.core.X"
        })
    void cannot_turn_on_what_prints_secrets(String name) throws IOException {
      log.level(LogLevel.DEBUG).install();

      assertThat(log.logger(name).getEffectiveLevel()).isEqualTo(Level.OFF);
    }
  }

  @Nested
  class The_file {
    @TempDir private Path folder;

    private void write(int entries) {
      for (var number = 1; number <= entries; number++) {
        log.logger().info("entry {}", number);
      }
      log.end();
    }

    @Test
    void gets_what_the_console_gets_and_its_folder_is_made() throws IOException {
      log.file(folder.resolve("var/log"), 1000, 1).install();

      write(1);

      assertThat(folder.resolve("var/log/kms-agent.log"))
          .content()
          .isEqualTo(log.consoleLines().getFirst() + "\n");
    }

    @Test
    void alone_gets_the_log_when_the_console_is_off() throws IOException {
      log.withoutConsole().file(folder, 1000, 1).install();

      write(1);

      assertThat(folder.resolve("kms-agent.log")).content().contains("entry 1");
      assertThat(log.consoleLines()).isEmpty();
    }

    @Test
    void goes_on_where_a_former_process_ended() throws IOException {
      Files.writeString(folder.resolve("kms-agent.log"), "before\n");
      log.file(folder, 1000, 1).install();

      write(1);

      assertThat(folder.resolve("kms-agent.log"))
          .content()
          .startsWith("before\n")
          .contains("entry");
    }

    @Test
    void rolls_at_its_size_and_the_oldest_backup_goes() throws IOException {
      log.file(folder, 1, 2).install();

      write(4);

      assertThat(folder.resolve("kms-agent.log")).content().contains("entry 4");
      assertThat(folder.resolve("kms-agent.log.1")).content().contains("entry 3");
      assertThat(folder.resolve("kms-agent.log.2")).content().contains("entry 2");
      assertThat(folder.resolve("kms-agent.log.3")).doesNotExist();
    }

    @Test
    void starts_anew_when_no_backups_are_kept() throws IOException {
      log.file(folder, 1, 0).install();

      write(3);

      assertThat(folder.toFile().list()).containsExactly("kms-agent.log");
      assertThat(folder.resolve("kms-agent.log")).content().contains("entry 3").hasLineCount(1);
    }

    @Test
    void keeps_more_backups_than_logback_would() throws IOException {
      log.file(folder, 1, 100).install();

      write(102);

      assertThat(folder.resolve("kms-agent.log.100")).content().contains("entry 2");
      assertThat(folder.toFile().list()).hasSize(101);
    }

    @Test
    void is_an_error_where_a_file_stands_in_the_place_of_its_folder() throws IOException {
      var taken = Files.createFile(folder.resolve("taken"));

      assertThatExceptionOfType(FileSystemException.class)
          .isThrownBy(() -> log.file(taken, 1000, 1).install())
          .withMessageContaining(taken.toString());
    }

    @Test
    void is_an_error_where_it_cannot_be_opened() throws IOException {
      Files.createDirectory(folder.resolve("kms-agent.log"));

      assertThatExceptionOfType(FileSystemException.class)
          .isThrownBy(() -> log.file(folder, 1000, 1).install())
          .withMessageContaining("kms-agent.log");
    }
  }

  @Test
  void a_closed_log_takes_nothing_more() throws IOException {
    var logging = log.install();

    logging.close();
    log.logger().error("late");

    assertThat(log.consoleLines()).isEmpty();
  }
}
