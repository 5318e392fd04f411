package dev.kmsagent.bootstrap.e2e;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kmsagent.emulator.gateway.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the agent writes about itself, and where. */
final class LoggingIT {
  private final Cloud cloud = Cloud.start();

  @AfterEach
  void clean_up() throws IOException {
    cloud.close();
  }

  private static Path file(AgentProcess agent) {
    return agent.folder().resolve("logs/kms-agent.log");
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<JsonObject> parsed(List<String> lines) {
    return lines.stream().map(line -> JsonParser.parseString(line).getAsJsonObject()).toList();
  }

  private static List<JsonObject> events(String name, List<JsonObject> lines) {
    return lines.stream().filter(line -> line.get("event").getAsString().equals(name)).toList();
  }

  /** Something good, something refused, something that fails. */
  private String provoke(AgentProcess agent) {
    var name = cloud.newSecret("value");
    agent.client().secret(name);
    agent.client().get("/nowhere");
    var broken = cloud.newSecret("value");
    cloud.fail(broken, new Fault.Reset());
    agent.client().secret(broken);
    return name;
  }

  @Test
  void the_file_has_json_lines_and_the_console_can_be_left_out() {
    try (var agent =
        cloud.agent("Log.LogPath = \"./logs/\"\nLog.Console = false\nLog.LogLevel = \"Debug\"")) {
      provoke(agent);

      var lines =
          Eventually.see(
              () -> parsed(lines(file(agent))), log -> !events("kms_call_failed", log).isEmpty());
      assertThat(lines)
          .allSatisfy(
              line -> {
                assertThat(Instant.parse(line.get("time").getAsString())).isAfter(Instant.EPOCH);
                assertThat(line.keySet()).contains("level", "event", "logger");
              });
      assertThat(lines.stream().map(line -> line.get("level").getAsString()).collect(toSet()))
          .contains("DEBUG", "INFO", "WARN");
      assertThat(events("agent_started", lines)).hasSize(1);
      assertThat(agent.stderr()).isEmpty();
    }
  }

  @Test
  void by_default_the_console_has_the_log_and_there_is_no_file_nor_audit_trail() {
    try (var agent = cloud.agent("")) {
      provoke(agent);

      var lines =
          Eventually.see(
              () -> parsed(agent.stderr()), log -> !events("kms_call_failed", log).isEmpty());
      assertThat(lines).noneMatch(line -> line.get("level").getAsString().equals("DEBUG"));
      assertThat(events("secret_read", lines)).isEmpty();
      assertThat(file(agent)).doesNotExist();
      assertThat(agent.stdout()).hasSize(1);
    }
  }

  @Test
  void with_level_none_it_is_silent() {
    try (var agent =
        cloud.agent("Log.LogPath = \"./logs/\"\nLog.LogLevel = \"None\"\nLog.Audit = true")) {
      provoke(agent);

      assertThat(lines(file(agent))).isEmpty();
      assertThat(agent.stderr()).isEmpty();
    }
  }

  @Test
  void text_is_for_people() {
    var time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}";
    try (var agent = cloud.agent("Log.Format = \"text\"")) {
      Eventually.see(agent::stderr, log -> log.toString().contains("agent_started"));
      assertThat(agent.stderr())
          .anyMatch(line -> line.matches(time + "Z INFO agent_started version=.*"))
          .allMatch(line -> line.matches(time + "Z [A-Z]+ [a-z_]+( [a-z_]+=.*)?"));
    }
  }

  @Test
  void the_audit_trail_has_one_line_for_each_read() {
    try (var agent = cloud.agent("Log.Audit = true\nLog.LogLevel = \"Error\"")) {
      var name = provoke(agent);
      agent.client().secret(name);
      agent.client().secret("missing&versionId=v7");

      var reads =
          Eventually.see(
              () -> events("secret_read", parsed(agent.stderr())), lines -> lines.size() >= 4);
      assertThat(reads).hasSize(4);
      assertThat(reads.stream().filter(line -> line.get("secret").getAsString().equals(name)))
          .extracting(
              line -> line.get("outcome").getAsString(),
              line -> line.get("version").getAsString(),
              line -> line.get("cache").getAsString())
          .containsExactly(tuple("found", "v1", "miss"), tuple("found", "v1", "hit"));
      assertThat(reads.getLast().get("secret").getAsString()).isEqualTo("missing");
      assertThat(reads.getLast().get("version_id").getAsString()).isEqualTo("v7");
      assertThat(reads.getLast().get("outcome").getAsString()).isEqualTo("refused");
    }
  }

  @Test
  void a_secret_is_kept_back_while_its_audit_line_cannot_be_written(@TempDir Path logs)
      throws IOException {
    var file = logs.resolve("kms-agent.log");
    Files.createSymbolicLink(file, Path.of("/dev/full"));
    var config = "Log.LogPath = \"%s\"\nLog.Console = false\nLog.Audit = true\n".formatted(logs);
    var name = cloud.newSecret("value");
    try (var careless = cloud.agent(config)) {
      assertThat(careless.client().secret(name).status()).isEqualTo(200);
      Eventually.see(
          () -> careless.client().get("/readyz").body(), body -> body.contains("Audit lines"));
    }
    try (var agent = cloud.agent(config + "Log.AuditRequired = true")) {
      assertThat(agent.client().secret(name).verdict()).isEqualTo("503 AuditUnavailable");
      assertThat(agent.client().secret(name).verdict()).isEqualTo("503 AuditUnavailable");
      assertThat(agent.client().get("/ping").status()).isEqualTo(200);

      Files.delete(file);
      Eventually.see(() -> agent.client().secret(name).status(), status -> status == 200);
      var reads = events("secret_read", parsed(lines(file)));
      assertThat(reads.getLast().get("secret").getAsString()).isEqualTo(name);
    }
  }

  @Test
  void the_file_rolls_at_its_size_and_so_many_are_kept() {
    try (var agent =
        cloud.agent(
            """
            Log.LogPath = "./logs/"
            Log.Console = false
            Log.Audit = true
            Log.LogLevel = "Debug"
            Log.MaxSize = 1
            Log.MaxBackups = 1
            Cache.NegativeTtlSeconds = 300
            """)) {
      var rolled = file(agent).resolveSibling("kms-agent.log.1");
      var first = fillUntilRolled(agent, rolled, "");
      fillUntilRolled(agent, rolled, first);

      assertThat(rolled.toFile().length()).isBetween(1L << 20, (1L << 20) + (100 << 10));
      assertThat(rolled.resolveSibling("kms-agent.log.2")).doesNotExist();
      assertThat(parsed(lines(rolled))).isNotEmpty();
    }
  }

  /** Has long lines written until the rolled file begins otherwise than {@code before}. */
  private static String fillUntilRolled(AgentProcess agent, Path rolled, String before) {
    var longName = "x".repeat(500);
    return Eventually.see(
        () -> {
          var reads = Stream.generate(() -> agent.client().readAsync(longName)).limit(50).toList();
          reads.forEach(CompletableFuture::join);
          return firstLine(rolled);
        },
        line -> !line.isEmpty() && !line.equals(before));
  }

  private static String firstLine(Path file) {
    return Files.exists(file) ? lines(file).getFirst() : "";
  }
}
