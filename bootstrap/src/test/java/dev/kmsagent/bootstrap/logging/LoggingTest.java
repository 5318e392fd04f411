package dev.kmsagent.bootstrap.logging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.telemetry.AuditTrail;
import dev.kmsagent.adapters.telemetry.LogLosses.Kind;
import dev.kmsagent.adapters.telemetry.LogLosses.Reason;
import dev.kmsagent.config.LogConfig.LogLevel;
import dev.kmsagent.testkit.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.event.KeyValuePair;

final class LoggingTest {
  private final Log log = new Log();
  private final StuckSink console = new StuckSink();

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

    /** What a library logs below WARN, and some loggers at any level, quotes clients and KMS. */
    @ParameterizedTest
    @CsvSource({
      "com.github.benmanes.caffeine.cache, DEBUG, 0",
      "com.github.benmanes.caffeine.cache, INFO, 0",
      "com.github.benmanes.caffeine.cache, WARN, 1",
      "org.eclipse.jetty.http.HostPort, ERROR, 0",
      "org.eclipse.jetty.http.HttpParser, ERROR, 0",
      "org.eclipse.jetty.server.Response, ERROR, 0",
      "org.eclipse.jetty.server.AbstractConnector, INFO, 0",
      "org.eclipse.jetty.server.AbstractConnector, WARN, 1",
      "com.aliyun.core.http.X, ERROR, 0",
      "com.aliyun.apache.hc.client5.http.wire, ERROR, 0",
      "darabonba.core.X, ERROR, 0"
    })
    void does_not_let_libraries_print_what_may_be_secret(
        String logger, org.slf4j.event.Level level, int lines) throws IOException {
      log.level(LogLevel.DEBUG).install();

      log.logger(logger).atLevel(level).log("X-Vault-Token: canary");

      assertThat(log.consoleLines()).hasSize(lines);
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

  @Test
  void a_console_that_nobody_reads_holds_up_neither_who_logs_nor_the_file_nor_the_end(
      @TempDir Path folder) throws IOException {
    var logging = log.console(console).file(folder, 10_000_000, 1).install();

    IntStream.range(0, 20_000).forEach(i -> log.logger().info("entry {}", i));
    IntStream.range(0, 20_000).forEach(i -> log.logger().warn("entry {} of another", i));
    Patience.assertSoon(() -> lineCount(folder.resolve("kms-agent.log")) == 200);
    logging.close(Duration.ofMillis(1));

    assertThat(console.written()).isEmpty();
  }

  @Test
  void an_audit_line_is_delivered_when_all_destinations_have_taken_it(@TempDir Path folder)
      throws IOException {
    var logging = log.console(console).file(folder, 10_000_000, 1).install();

    var delivery = audit(logging);
    Patience.assertSoon(() -> lineCount(folder.resolve("kms-agent.log")) == 1);
    assertThat(delivery).isNotDone();

    console.repair();
    assertThat(delivery.join()).isEqualTo(AuditTrail.Delivery.WRITTEN);
    console.fill();
    assertThat(audit(logging).join()).isEqualTo(AuditTrail.Delivery.LOST);
  }

  private static CompletableFuture<AuditTrail.Delivery> audit(Logging logging) {
    return logging.write("secret_read", List.of()).toCompletableFuture();
  }

  private static long lineCount(Path file) {
    try (var lines = Files.lines(file)) {
      return lines.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void the_number_of_lost_lines_is_told_at_each_level() throws IOException {
    var logging = log.level(LogLevel.ERROR).console(console.fill()).install();

    log.logger().error("lost");
    assertThat(audit(logging).join()).isEqualTo(AuditTrail.Delivery.LOST);
    console.repair();
    assertThat(audit(logging).join()).isEqualTo(AuditTrail.Delivery.WRITTEN);
    log.end();

    assertThat(console.written())
        .last(InstanceOfAssertFactories.STRING)
        .contains("\"event\":\"log_lines_lost\"", "\"log_lines\":1,\"audit_lines\":1");
  }

  @Test
  void the_file_gets_what_the_console_gets_and_its_folder_is_made(@TempDir Path folder)
      throws IOException {
    log.file(folder.resolve("var/log"), 1000, 1).install();

    log.logger().info("entry");

    var lines = log.consoleLines();
    assertThat(folder.resolve("var/log/kms-agent.log"))
        .content()
        .isEqualTo(lines.getFirst() + "\n");
  }

  @Test
  void a_closed_log_takes_nothing_more() throws IOException {
    var logging = log.install();

    logging.close();
    log.logger().error("late");

    assertThat(log.consoleLines()).isEmpty();
  }
}
