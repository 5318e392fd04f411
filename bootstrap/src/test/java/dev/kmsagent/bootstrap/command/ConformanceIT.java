package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.bootstrap.e2e.AgentProcess;
import dev.kmsagent.bootstrap.e2e.AgentSetup;
import dev.kmsagent.bootstrap.e2e.TestCloud;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ConformanceIT {
  private static final String VALUE = "{\"user\":\"canary-5d1e77\"}";

  /** Set it to have the page written anew. */
  private static final String WRITE = "conformance.write";

  private static final Path PAGE = Path.of("..", "docs", "conformance.md");

  private final TestCloud cloud = TestCloud.start();
  private Path tokenFile;
  private AgentProcess agent;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    tokenFile = Files.writeString(folder.resolve("token"), TestCloud.TOKEN + "\n");
    cloud.emulator().secrets().create("app/dev/secret-1", VALUE);
    cloud.emulator().secrets().create("other", "canary-1");
    agent = agent("");
  }

  private AgentProcess agent(String config) {
    return AgentProcess.start(cloud.completed(AgentSetup.plain()).with(config));
  }

  @AfterAll
  void stop() throws IOException {
    agent.close();
    cloud.close();
  }

  private CommandRun run(int port, String... more) {
    var arguments =
        List.of(
            "conformance",
            "--url=http://localhost:" + port,
            "--token-file=" + tokenFile,
            "--secret=app/dev/secret-1",
            "--secret=other");
    var all = new ArrayList<>(arguments);
    all.addAll(List.of(more));
    return CommandRun.in(Map.of(), false, all.toArray(String[]::new));
  }

  @Test
  void our_agent_passes_every_case_as_the_page_shows() throws IOException {
    var run = run(agent.port());
    assertThat(run.status()).as(run.toString()).isEqualTo(ExitStatus.DONE);
    assertThat(run.out()).doesNotContain("FAILS", "differs ", "canary", TestCloud.TOKEN);
    var page = Files.readString(PAGE);
    var from = page.indexOf("```\npasses ") + 4;
    var to = page.indexOf("```", from);
    if (System.getProperty(WRITE) != null) {
      Files.writeString(PAGE, page.substring(0, from) + run.out() + page.substring(to));
    } else {
      assertThat(page.substring(from, to)).as("-D" + WRITE).isEqualTo(run.out());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void our_agent_passes_in_the_other_dialects(int type) throws IOException {
    try (var other = agent("Server.ResponseType = " + type)) {
      var run = run(other.port());
      assertThat(run.status()).as(run.toString()).isEqualTo(ExitStatus.DONE);
      assertThat(run.out()).contains("ResponseType " + type).doesNotContain("canary");
    }
  }

  @Test
  void each_planted_fault_is_found_and_nothing_else() throws IOException {
    try (var faulty = new FaultyAgent(agent.port(), TestCloud.TOKEN)) {
      var run = run(faulty.port());
      assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
      assertThat(run.out().lines().filter(line -> line.startsWith("FAILS")))
          .extracting(line -> line.substring(9, 43).strip())
          .containsExactly(
              "unknown secret",
              "unknown version",
              "unknown path",
              "token and more",
              "keep-alive",
              "pipelining");
      assertThat(run.out()).doesNotContain("canary", TestCloud.TOKEN);
    }
  }

  @Test
  void results_can_be_had_as_json() {
    assertThat(run(agent.port(), "--json").out().lines())
        .allMatch(line -> line.startsWith("{\"case\":\"") && line.endsWith("\"}"))
        .anyMatch(line -> line.contains("\"verdict\":\"PASSES\",\"seen\":\"200, the same value\""));
  }

  @Test
  void an_agent_that_is_not_there_is_told() {
    var run = run(1);
    assertThat(run.status()).isEqualTo(ExitStatus.UNREACHABLE);
  }

  @Test
  void what_is_missing_is_told() {
    var run = CommandRun.of("conformance", "--secret=a");
    assertThat(run.status()).isEqualTo(ExitStatus.MISUSED);
    assertThat(run.err()).contains("--token-file");
  }
}
