package dev.kmsagent.bootstrap.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.kmsagent.testkit.SystemCommand;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The program that tries an agent from outside, which is run from its source. */
final class ConformanceTest {
  private static final Path PROGRAM =
      Path.of("..", "client-tests", "conformance", "Conformance.java");

  @TempDir private Path folder;

  /** What the program printed, with its exit status in the last line. */
  private List<String> run(int port) throws IOException {
    var token = Files.writeString(folder.resolve("token"), TestCloud.TOKEN + "\n");
    var run =
        SystemCommand.java(PROGRAM, "--url=http://localhost:" + port, "--token-file=" + token)
            .and("--secret=app/dev/secret-1", "--secret", "other")
            .run();
    assertThat(run.printed()).doesNotContain("canary", TestCloud.TOKEN);
    return (run.printed() + run.status()).lines().toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void the_agent_passes_every_case_in_each_dialect(int type) throws Exception {
    var time = new VirtualTime();
    try (var cloud = TestCloud.at(time);
        var agent = cloud.agent(time, "Server.ResponseType = " + type)) {
      cloud.emulator().secrets().create("app/dev/secret-1", "{\"user\":\"canary-5d1e77\"}");
      cloud.emulator().secrets().create("other", "canary-1");

      assertThat(run(agent.client().port()))
          .contains("passes   read by path                        200, the same value")
          .endsWith("", "49 cases: 49 pass, 0 differ, 0 fail.", "0")
          .noneMatch(line -> line.startsWith("FAILS") || line.startsWith("differs"));
    }
  }

  @Test
  void an_agent_that_answers_every_request_with_the_secret_fails() throws Exception {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
    var answer = "{\"SecretData\":\"canary-5d1e77\",\"VersionId\":\"v1\"}".getBytes(UTF_8);
    server.createContext(
        "/",
        exchange -> {
          var isHead = exchange.getRequestMethod().equals("HEAD");
          exchange.sendResponseHeaders(200, isHead ? -1 : answer.length);
          try (exchange) {
            exchange.getResponseBody().write(isHead ? new byte[0] : answer);
          }
        });
    server.start();
    try {
      var lines = run(server.getAddress().getPort());

      assertThat(lines.getLast()).isEqualTo("1");
      assertThat(lines)
          .filteredOn(line -> line.startsWith("FAILS"))
          .extracting(line -> line.substring(9, 43).strip())
          .contains("unknown secret", "no token", "token and more", "POST", "fifty wrong tokens")
          .doesNotContain("read by query", "version id", "keep-alive", "Via");
    } finally {
      server.stop(0);
    }
  }
}
