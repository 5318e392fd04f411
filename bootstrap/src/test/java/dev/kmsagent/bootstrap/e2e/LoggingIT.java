package dev.kmsagent.bootstrap.e2e;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.testkit.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the agent writes about itself, and where. */
final class LoggingIT {
  private final TestCloud cloud = TestCloud.start();

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
  private void provoke(AgentProcess agent) {
    agent.client().secret(cloud.newSecret("value"));
    agent.client().get("/nowhere");
    var broken = cloud.newSecret("value");
    cloud.fail(broken, new Fault.Reset());
    agent.client().secret(broken);
  }

  @Test
  void the_file_has_json_lines_and_the_console_can_be_left_out() {
    try (var agent =
        cloud.agent("Log.LogPath = \"./logs/\"\nLog.Console = false\nLog.LogLevel = \"Debug\"")) {
      provoke(agent);

      var lines =
          Patience.see(
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
          Patience.see(
              () -> parsed(agent.stderr()), log -> !events("kms_call_failed", log).isEmpty());
      assertThat(lines).noneMatch(line -> line.get("level").getAsString().equals("DEBUG"));
      assertThat(events("secret_read", lines)).isEmpty();
      assertThat(file(agent)).doesNotExist();
      assertThat(agent.stdout()).hasSize(1);
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
      Patience.see(
          () -> careless.client().get("/readyz").body(), body -> body.contains("Audit lines"));
    }
    try (var agent = cloud.agent(config + "Log.AuditRequired = true")) {
      assertThat(agent.client().secret(name).verdict()).isEqualTo("503 AuditUnavailable");
      assertThat(agent.client().secret(name).verdict()).isEqualTo("503 AuditUnavailable");
      assertThat(agent.client().get("/ping").status()).isEqualTo(200);

      Files.delete(file);
      Patience.see(() -> agent.client().secret(name).status(), status -> status == 200);
      var reads = events("secret_read", parsed(lines(file)));
      assertThat(reads.getLast().get("secret").getAsString()).isEqualTo(name);
    }
  }
}
