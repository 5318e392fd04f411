package dev.kmsagent.bootstrap.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import dev.kmsagent.adapters.telemetry.LogLosses.Kind;
import dev.kmsagent.adapters.telemetry.LogLosses.Reason;
import dev.kmsagent.config.LogConfig;
import dev.kmsagent.config.LogConfig.LogFile;
import dev.kmsagent.config.LogConfig.LogFormat;
import dev.kmsagent.config.LogConfig.LogLevel;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.StuckSink;
import dev.kmsagent.testkit.Unchecked;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.helpers.NOPMDCAdapter;

/** A log of its own for each test, whose console takes nothing until it is repaired. */
final class LoggingTest {
  private static final Duration FLUSH = Duration.ofSeconds(50);

  private final LoggerContext context = new LoggerContext();
  private final VirtualTime time = new VirtualTime();
  private final StuckSink console = new StuckSink();
  @TempDir private Path folder;

  private Logging install(LogLevel level) throws IOException {
    return install(level, Optional.empty());
  }

  private Logging install(LogLevel level, Optional<LogFile> file) throws IOException {
    context.setMDCAdapter(new NOPMDCAdapter());
    var config = new LogConfig(level, LogFormat.JSON, true, file, Optional.empty());
    return Logging.install(context, config, console, time);
  }

  private Logging installWithFile() throws IOException {
    return install(
        LogLevel.INFO, Optional.of(new LogFile(folder.resolve("var/log"), 10_000_000, 1)));
  }

  private List<String> fileLines() {
    return Unchecked.get(() -> Files.readAllLines(folder.resolve("var/log/kms-agent.log")));
  }

  /** A logger of ours. */
  private Logger logger() {
    return context.getLogger("dev.kmsagent.test");
  }

  /** All lines of the console; the log ends with this, however slow the machine is. */
  private List<String> linesOf(Logging logging) {
    console.repair();
    logging.close(FLUSH);
    return console.written();
  }

  @ParameterizedTest
  @CsvSource({"DEBUG,4", "INFO,3", "WARN,2", "ERROR,1", "NONE,0"})
  void the_level_decides_which_of_our_entries_are_logged(LogLevel level, int lines)
      throws IOException {
    var logging = install(level);

    logger().debug("1");
    logger().info("2");
    logger().warn("3");
    logger().error("4");

    assertThat(linesOf(logging)).hasSize(lines);
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
      String library, org.slf4j.event.Level level, int lines) throws IOException {
    var logging = install(LogLevel.DEBUG);

    context.getLogger(library).atLevel(level).log("X-Vault-Token: canary");

    assertThat(linesOf(logging)).hasSize(lines);
  }

  @Test
  void is_limited_per_event_and_the_next_line_has_the_number_of_the_others() throws IOException {
    var logging = install(LogLevel.INFO);

    IntStream.range(0, 1000).forEach(_ -> logger().error("request_failed"));
    logger().warn("another");
    time.advance(Duration.ofSeconds(30));
    logger().error("request_failed");

    assertThat(logging.losses().lost(Kind.LOG, Reason.THROTTLED)).isEqualTo(900);
    var lines = linesOf(logging);
    assertThat(lines).hasSize(102);
    assertThat(lines.get(100)).contains("\"event\":\"another\"");
    assertThat(lines.getLast()).contains("\"event\":\"request_failed\",\"suppressed\":900");
  }

  @ParameterizedTest
  @CsvSource({"io.javalin.Javalin, WARN, 10", "dev.kmsagent.test, DEBUG, 300"})
  void libraries_are_limited_per_logger_and_debug_is_not(
      String name, org.slf4j.event.Level level, int lines) throws IOException {
    var logging = install(LogLevel.DEBUG);

    IntStream.range(0, 300).forEach(i -> context.getLogger(name).atLevel(level).log("text " + i));

    assertThat(linesOf(logging)).hasSize(lines);
  }

  @Test
  void a_console_that_nobody_reads_holds_up_neither_who_logs_nor_the_file_nor_the_end()
      throws IOException {
    var logging = installWithFile();

    IntStream.range(0, 20_000).forEach(i -> logger().info("entry {}", i));
    IntStream.range(0, 20_000).forEach(i -> logger().warn("entry {} of another", i));
    Patience.assertSoon(() -> fileLines().size() == 200);
    logging.close(Duration.ofMillis(1));

    assertThat(console.written()).isEmpty();
  }

  @Test
  void the_number_of_lost_lines_is_told_at_each_level() throws IOException {
    console.fill();
    var logging = install(LogLevel.ERROR);

    logger().error("lost");
    Patience.assertSoon(() -> logging.losses().lost(Kind.LOG, Reason.WRITE_FAILED) == 1);
    console.repair();
    logger().error("written");

    assertThat(linesOf(logging).getLast())
        .contains("\"event\":\"log_lines_lost\"", "\"log_lines\":1");
  }

  @Test
  void a_closed_log_takes_nothing_more() throws IOException {
    var logging = install(LogLevel.INFO);

    logging.close();
    logger().error("late");

    assertThat(linesOf(logging)).isEmpty();
  }
}
