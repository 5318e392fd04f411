package dev.kmsagent.bootstrap.attack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.kmsagent.bootstrap.e2e.AgentProcess;
import dev.kmsagent.bootstrap.e2e.Distribution;
import dev.kmsagent.bootstrap.e2e.TestCloud;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import dev.kmsagent.testkit.WholeFile;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that mean harm, and a machine on which the agent can write or read no more. */
@Tag("thorough")
@Isolated("uses both processors and most descriptors")
final class AttacksIT {
  private static final int HALF_SENT = 10_000;
  private static final String BEGINNING = "GET /ping HTTP/1.1\r\nHost: localhost\r\nX-Padding: ";
  private static final byte[] NEXT = {'x'};
  private static final long SEED = 20_261_126;

  /**
   * The agent may write so much about all of them in a period: lines are limited, and not one for
   * each request.
   */
  private static final int LOG_LINES = 200;

  private static final Duration PERIOD = Duration.ofSeconds(30);

  @TempDir private Path folder;

  private static byte[] requests(int count, String target, String field) {
    return "GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n"
        .formatted(target, field)
        .repeat(count)
        .getBytes(ISO_8859_1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void ten_thousand_heads_of_seven_kilobytes_hold_up_nobody(boolean management) throws IOException {
    // This JVM raises its limit to the hard one.
    var system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    assumeTrue(
        system.getMaxFileDescriptorCount() > HALF_SENT + 1000,
        "ulimit -Hn is too low for 10,000 connections");
    try (var agent = AttackedAgent.start("")) {
      var process = agent.process();
      var head = (BEGINNING + "x".repeat(7 * 1024)).getBytes(ISO_8859_1);
      agent.attack(
          management ? process.management().port() : process.port(), HALF_SENT, head, NEXT);
      agent.assertUnharmed("10,000 half-sent requests, management listener: " + management);
    }
  }

  @Test
  void eight_hundred_clients_without_a_token_take_no_place_from_misses() throws IOException {
    try (var agent = AttackedAgent.start("")) {
      var unread = requests(50, "/secretsmanager/get?secretId=" + agent.cachedSecret(), "");
      agent.attack(agent.process().port(), 800, unread, unread);
      agent.assertUnharmed("800 clients without a token that do not read");
    }
  }

  /** Whoever has the token gets what it asks for, and a share of the processor for it. */
  @Test
  void clients_with_the_token_that_do_not_read_large_secrets_cost_no_memory_each()
      throws IOException {
    try (var agent = AttackedAgent.start("")) {
      var large = agent.cloud().newSecret("x".repeat(30_000));
      assertThat(agent.client().secret(large).status()).isEqualTo(200);
      var unread =
          ClientConnection.secretRequest(large, TestCloud.TOKEN).repeat(20).getBytes(ISO_8859_1);
      agent.attack(agent.process().port(), 400, unread, unread);
      agent.assertUnharmed("400 clients with the token that do not read");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/metrics", "/readyz"})
  void five_hundred_clients_that_do_not_read_a_status_page_cost_no_memory_each(String page)
      throws IOException {
    try (var agent = AttackedAgent.start("")) {
      var unread = requests(20, page, "");
      agent.attack(agent.process().management().port(), 500, unread, unread);
      agent.attack(agent.process().port(), 500, unread, unread);
      agent.assertUnharmed("500 clients of each listener that do not read " + page);
    }
  }

  @Test
  void ten_thousand_hostile_requests_get_no_value_and_no_5xx_and_put_no_text_into_the_log()
      throws IOException {
    try (var agent = AttackedAgent.start("")) {
      var start = System.nanoTime();
      var requests = new HostileRequests(SEED, agent.cachedSecret());
      var statuses = requests.sendTo(agent.process().port(), 10_000, AttackedAgent.VALUE);

      assertThat(statuses.keySet())
          .isSubsetOf(400, 403, 404, 405, 414, 426, 431, 501, 505)
          .contains(400, 403, 414, 431);
      agent.assertUnharmed("hostile requests " + statuses);
      var periods = 1 + (System.nanoTime() - start) / PERIOD.toNanos();
      assertThat(agent.process().stderr().size()).isLessThan((int) (LOG_LINES * periods));
      assertThat(String.join("\n", agent.process().stderr())).doesNotContain(HostileRequests.TEXT);
    }
  }

  private static String tokenState(AttackedAgent agent) {
    return agent.process().management().get("/readyz").ofDependency("token", "status");
  }

  @Test
  void deadlines_are_kept_while_reading_the_token_hangs() throws Exception {
    var token = Files.writeString(folder.resolve("token"), TestCloud.TOKEN);
    var cloud = TestCloud.start();
    // Long enough for reads on a busy machine.
    var setup =
        AttackedAgent.setup(cloud)
            .with("Server.RequestTimeoutSeconds = 20")
            .withVariable("KMS_TOKEN", "file://" + token);
    try (var agent = new AttackedAgent(cloud, AgentProcess.start(setup))) {
      var pipe = folder.resolve("pipe");
      SystemCommand.of("mkfifo", pipe).run().outputOfSuccess();
      Files.move(
          Files.createLink(folder.resolve("link"), pipe),
          token,
          StandardCopyOption.REPLACE_EXISTING);
      Patience.see(() -> tokenState(agent), "DEGRADED"::equals);

      var hanging = agent.newSecret();
      cloud.fail(hanging, new Fault.Hang());
      assertThat(agent.client().secret(hanging).status()).isEqualTo(504);

      WholeFile.write(token, TestCloud.TOKEN);
      new RandomAccessFile(pipe.toFile(), "rw").close();
      Patience.see(() -> tokenState(agent), "UP"::equals);
      agent.assertUnharmed("a token that hangs");
    }
  }

  @Test
  void an_unread_standard_error_holds_up_no_read_and_no_end() throws Exception {
    var pipe = folder.resolve("pipe");
    SystemCommand.of("mkfifo", pipe).run().outputOfSuccess();
    var cloud = TestCloud.start();
    try (var _ = new RandomAccessFile(pipe.toFile(), "rw")) {
      var setup = AttackedAgent.setup(cloud).with("Log.LogLevel = \"Debug\"");
      Files.writeString(folder.resolve("config.toml"), setup.toml());
      var command = "exec " + Distribution.launcher() + " agent config.toml 2> pipe";
      var process = AgentProcess.begin(setup, folder, List.of("sh", "-c", command)).listening();
      try (var agent = new AttackedAgent(cloud, process)) {
        // Lines of several events, at every level, and more than a pipe holds.
        for (int i = 0; i < 700; i++) {
          agent.client().secret(i % 2 == 0 ? "missing-" + i : agent.cachedSecret());
        }
        agent.assertUnharmed("an unread standard error");
        assertThat(process.terminate().exit().status()).isZero();
      }
    }
  }
}
