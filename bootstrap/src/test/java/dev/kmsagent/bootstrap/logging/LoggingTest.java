package dev.kmsagent.bootstrap.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Level;
import dev.kmsagent.adapters.telemetry.AuditTrail;
import dev.kmsagent.adapters.telemetry.LogLosses.Kind;
import dev.kmsagent.adapters.telemetry.LogLosses.Reason;
import dev.kmsagent.config.LogConfig.LogLevel;
import dev.kmsagent.testkit.Patience;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.eclipse.jetty.server.AbstractConnector;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.KeyValuePair;

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

      var library = log.logger("com.github.benmanes.caffeine.cache");
      library.debug("X-Vault-Token: canary");
      library.info("X-Vault-Token: canary");
      library.warn("not as it should be");

      assertThat(log.consoleLines()).singleElement().asString().contains("not as it should be");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "org.eclipse.jetty.http.HostPort",
          "org.eclipse.jetty.http.HttpParser",
          "org.eclipse.jetty.server.Response"
        })
    void lets_no_logger_of_jetty_repeat_what_a_client_sent(String name) throws IOException {
      log.level(LogLevel.DEBUG).install();

      log.logger(name).error("Bad port [{}]", "canary");

      assertThat(log.consoleLines()).isEmpty();
    }

    @Test
    void lets_jetty_say_that_it_cannot_accept_connections() throws IOException {
      log.install();

      log.logger(AbstractConnector.class.getName())
          .warn("Accept Failure", new IOException("Too many open files"));

      assertThat(log.consoleLines()).singleElement().asString().contains("Too many open files");
    }

    @Test
    void leaves_the_audit_trail_alone() throws IOException {
      var logging = log.level(LogLevel.ERROR).install();

      var _ = logging.write("secret_read", List.of(new KeyValuePair("secret", "app/db")));

      assertThat(log.consoleLines())
          .singleElement()
          .asString()
          .contains("\"event\":\"secret_read\",\"secret\":\"app/db\"", "dev.kmsagent.audit");
    }

    @Test
    void none_silences_the_audit_trail_as_well() throws IOException {
      var logging = log.level(LogLevel.NONE).install();

      var _ = logging.write("secret_read", List.of());

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
  class What_is_logged_again_and_again {
    private static final Duration PERIOD = Duration.ofSeconds(30);

    private void logBugs(int times) {
      IntStream.range(0, times).forEach(_ -> log.logger().error("request_failed"));
    }

    @Test
    void is_limited_per_event_and_the_next_line_has_the_number_of_the_others() throws IOException {
      log.install();

      logBugs(1000);
      log.logger().warn("another");
      log.pass(PERIOD);
      logBugs(1);

      assertThat(log.losses().lost(Kind.LOG, Reason.THROTTLED)).isEqualTo(900);
      var lines = log.consoleLines();
      assertThat(lines).hasSize(102);
      assertThat(lines.get(100)).contains("\"event\":\"another\"");
      assertThat(lines.getLast()).contains("\"event\":\"request_failed\",\"suppressed\":900");
    }

    @Test
    void by_a_library_is_limited_per_logger() throws IOException {
      log.install();

      IntStream.range(0, 100).forEach(i -> log.logger("io.javalin.Javalin").warn("text " + i));

      assertThat(log.consoleLines()).hasSize(10);
    }

    @Test
    void at_debug_is_the_choice_of_the_operator() throws IOException {
      log.level(LogLevel.DEBUG).install();

      IntStream.range(0, 300).forEach(_ -> log.logger().debug("kms_called"));

      assertThat(log.consoleLines()).hasSize(300);
    }
  }

  @Nested
  class A_console_that_nobody_reads {
    private final StuckSink unread = new StuckSink();

    @Test
    void holds_up_neither_who_logs_nor_the_file_nor_the_end(@TempDir Path folder)
        throws IOException {
      var logging = log.console(unread).file(folder, 10_000_000, 1).install();

      IntStream.range(0, 20_000).forEach(i -> log.logger().info("entry {}", i));
      IntStream.range(0, 20_000).forEach(i -> log.logger().warn("entry {} of another", i));
      Patience.assertSoon(() -> lineCount(folder.resolve("kms-agent.log")) == 200);
      logging.close(Duration.ofMillis(1));

      assertThat(unread.written()).isEmpty();
    }

    @Test
    void delivers_no_audit_line(@TempDir Path folder) throws IOException {
      var logging = log.console(unread).file(folder, 10_000_000, 1).install();

      var delivery = logging.write("secret_read", List.of()).toCompletableFuture();
      Patience.assertSoon(() -> lineCount(folder.resolve("kms-agent.log")) == 1);
      assertThat(delivery).isNotDone();

      unread.repair();
      assertThat(delivery.join()).isEqualTo(AuditTrail.Delivery.WRITTEN);
      unread.fill();
      var next = logging.write("secret_read", List.of()).toCompletableFuture();
      assertThat(next.join()).isEqualTo(AuditTrail.Delivery.LOST);
    }

    private static long lineCount(Path file) {
      try (var lines = Files.lines(file)) {
        return lines.count();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Nested
  class A_console_that_fails {
    private final StuckSink failing = new StuckSink().fill();

    private AuditTrail.Delivery audit(Logging logging) {
      return logging.write("secret_read", List.of()).toCompletableFuture().join();
    }

    @Test
    void gets_a_newline_after_a_part_of_a_line() throws IOException {
      var text = new ByteArrayOutputStream();
      var logging = log.console(failingInTheFirstLine(text)).install();

      assertThat(audit(logging)).isEqualTo(AuditTrail.Delivery.LOST);
      assertThat(audit(logging)).isEqualTo(AuditTrail.Delivery.WRITTEN);
      log.end();

      var lines = text.toString(StandardCharsets.UTF_8).lines().toList();
      assertThat(lines.getFirst()).isEqualTo("{\"time\":");
      assertThat(lines.get(1)).startsWith("{\"time\":").contains("secret_read").endsWith("}");
    }

    private static OutputStream failingInTheFirstLine(OutputStream text) {
      return new FilterOutputStream(text) {
        private boolean failed;

        @Override
        public void write(byte[] line) throws IOException {
          if (!failed) {
            failed = true;
            out.write(line, 0, "{\"time\":".length());
            throw new IOException("No space left on device");
          }
          out.write(line);
        }
      };
    }

    @ParameterizedTest
    @EnumSource(names = {"INFO", "ERROR"})
    void gets_the_number_of_lost_lines_at_each_level(LogLevel level) throws IOException {
      var logging = log.level(level).console(failing).install();

      log.logger().error("lost");
      assertThat(audit(logging)).isEqualTo(AuditTrail.Delivery.LOST);
      failing.repair();
      assertThat(audit(logging)).isEqualTo(AuditTrail.Delivery.WRITTEN);
      log.end();

      assertThat(failing.written())
          .last(InstanceOfAssertFactories.STRING)
          .contains("\"event\":\"log_lines_lost\"", "\"log_lines\":1,\"audit_lines\":1");
    }

    @Test
    void gets_the_number_of_lost_lines_later_when_it_cannot_be_written() throws IOException {
      var logging = log.console(failing).install();

      assertThat(audit(logging)).isEqualTo(AuditTrail.Delivery.LOST);
      failing.refuse("log_lines_lost").repair();
      assertThat(audit(logging)).isEqualTo(AuditTrail.Delivery.WRITTEN);
      Patience.assertSoon(failing::hasRefused);
      assertThat(audit(logging)).isEqualTo(AuditTrail.Delivery.WRITTEN);
      log.end();

      assertThat(failing.written())
          .filteredOn(line -> line.contains("log_lines_lost"))
          .singleElement()
          .asString()
          .contains("\"log_lines\":0,\"audit_lines\":1");
    }
  }

  @Nested
  class The_file {
    @TempDir private Path folder;

    private void write(int entries) {
      for (var number = 1; number <= entries; number++) {
        log.logger().info("entry {}", number);
        log.pass(Duration.ofSeconds(30));
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
