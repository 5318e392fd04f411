package dev.kmsagent.bootstrap.e2e;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.testkit.LoopbackHttpServer;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.Relay;
import dev.kmsagent.testkit.SystemCommand;
import dev.kmsagent.testkit.VirtualTime;
import dev.kmsagent.testkit.http.AgentAnswer;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole agent with an AccessKey: that its parts are wired, and by the configuration. */
final class AgentTest {
  /** Of the program that tries an agent from outside. */
  private static final Path SOURCES = Path.of("..", "client-tests", "conformance");

  private static final Path CONFORMANCE = SOURCES.resolve("Conformance.java");

  @TempDir private static Path compiled;

  /** The file of the token is read again at this interval. */
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final VirtualTime time = new VirtualTime();
  @AutoClose private final TestCloud cloud = TestCloud.at(time);
  private final String name = cloud.newSecret("old");

  private String read(WiredAgent agent) {
    return agent.client().secret(name).summary();
  }

  @ParameterizedTest
  @CsvSource({
    "Cache.CacheSize = 5, kms_agent_cache_entries, 5, count",
    "Cache.MaxBytes = 1048576, kms_agent_cache_bytes, 1048576, bytes"
  })
  void the_cache_keeps_no_more_than_it_may(String key, String metric, int most, String cause) {
    try (var agent = cloud.agent(time, key)) {
      IntStream.range(0, 60)
          .forEach(_ -> agent.client().secret(cloud.newSecret("x".repeat(30_000))));
      Patience.see(() -> agent.metric(metric), held -> held <= most);
      assertThat(agent.metric(metric)).isGreaterThan(most / 4.0);
      assertThat(agent.metric("kms_agent_cache_evictions_total{cause=\"%s\"}".formatted(cause)))
          .isPositive();
    }
  }

  @Test
  void calls_beyond_the_rate_are_turned_away_until_the_next_second() {
    try (var agent = cloud.agent(time, "KMS.MaxCallsPerSecond = 1")) {
      assertThat(read(agent)).isEqualTo("old, fwd=miss");
      assertThat(agent.client().refreshed(name).verdict()).isEqualTo("503 Overloaded");
      time.advance(Duration.ofSeconds(1));
      assertThat(agent.client().refreshed(name).verdict()).isEqualTo("200");
    }
  }

  /** Each with its labels as the format has them. */
  private static Set<String> series(WiredAgent agent) {
    return agent
        .client()
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.substring(0, line.lastIndexOf(' ')))
        .collect(toSet());
  }

  /** But for those of malformed HTTP; so that {@code increase()} sees the first one. */
  @Test
  void a_rejection_that_a_client_can_cause_is_counted_from_zero() {
    try (var agent = cloud.agent(time, "")) {
      var before = series(agent);
      var client = agent.client();
      var others = new AgentClient(client.port(), Map.of(), client.http());

      for (var rejected :
          List.of(
              others.get("/nowhere"),
              others.with("X-KMS-Token", "old").get("/nowhere"),
              others.with("Via", "x").get("/nowhere"),
              client.get("/nowhere"),
              client.get("/secretsmanager/get?secretId="),
              client.send("POST", "/ping"))) {
        assertThat(rejected.status()).isBetween(400, 499);
      }
      assertThat(series(agent)).isEqualTo(before);
      assertThat(agent.metric("kms_agent_requests_rejected_total")).isEqualTo(6);
    }
  }

  private static String status(AgentAnswer page) {
    return page.status() + " " + page.text("status");
  }

  @Test
  void secrets_are_loaded_before_it_is_ready() {
    var other = cloud.newSecret("value");
    var answers = new CountDownLatch(1);
    var prefetch = "Cache.Prefetch = [\"%s\", \"%s\"]\n".formatted(name, other);
    var road = Relay.to(cloud.emulator().port());
    road.holdUp(answers);
    try (road;
        var agent =
            cloud.agent(time, prefetch + "KMS.Endpoint = '%s'".formatted(road.endpoint()))) {
      var early = agent.client().get("/readyz");
      assertThat(status(early)).isEqualTo("503 DOWN");
      assertThat(early.body()).contains("being prefetched");
      assertThat(status(agent.client().get("/healthz"))).isEqualTo("200 UP");
      answers.countDown();
      Patience.see(() -> status(agent.client().get("/readyz")), "200 UP"::equals);
      assertThat(read(agent)).isEqualTo("old, hit");
      assertThat(agent.client().secret(other).cacheStatus()).isEqualTo("hit");
    }
  }

  /** Redis must have the time of the agent. No other timer is due in seven seconds. */
  @Test
  void what_was_read_reaches_a_redis_that_is_slow_at_the_end_within_the_grace() {
    time.advance(Duration.between(time.instant(), InstantSource.system().instant()));
    var latency = Duration.ofSeconds(1);
    try (var redis = RedisProcess.start()) {
      var agent =
          WiredAgent.start(
              cloud.setup().withRedis(redis.port()).with("Server.ShutdownGraceSeconds = 7"), time);
      cloud.fail(name, new Fault.Latency(latency));
      var answer = agent.client().readAsync(name);
      time.awaitDue(latency, 1);
      redis.pause();
      time.advance(latency);
      assertThat(Patience.join(answer).verdict()).isEqualTo("200");
      var end = CompletableFuture.runAsync(agent::close, Thread::startVirtualThread);
      time.awaitDue(Duration.ofSeconds(7), 1);
      redis.resume();
      Patience.join(end);
      assertThat(redis.command("KEYS", "kms-agent:c2:*")).isNotEmpty();
    }
  }

  /** Time stands still: an agent that found the lease of the other would wait for ever. */
  @Test
  void agents_that_share_a_redis_ask_kms_once_for_another_version() {
    time.advance(Duration.between(time.instant(), InstantSource.system().instant()));
    try (var redis = RedisProcess.start()) {
      var setup = cloud.setup().withRedis(redis.port());
      try (var one = WiredAgent.start(setup, time);
          var other = WiredAgent.start(setup, time)) {
        assertThat(read(one)).startsWith("old, ");
        assertNoLease(redis);
        assertThat(read(other)).startsWith("old, ");
        time.advance(Duration.ofMinutes(1));
        assertThat(withoutFirst(one).verdict()).isEqualTo("409 NoNewerVersion");
        assertNoLease(redis);

        cloud.emulator().secrets().put(name, "v2", "new");
        time.advance(Duration.ofMinutes(1));
        assertThat(withoutFirst(one).summary()).startsWith("new, ");
        assertNoLease(redis);
        assertThat(withoutFirst(other).summary()).startsWith("new, ");
        assertThat(read(other)).startsWith("new, ");
        assertThat(cloud.calls(name)).isEqualTo(3);
      }
    }
  }

  private static void assertNoLease(RedisProcess redis) {
    Patience.assertSoon(() -> redis.command("KEYS", "kms-agent:l2:*").isEmpty());
  }

  private AgentAnswer withoutFirst(WiredAgent agent) {
    return agent.client().get("/secretsmanager/get?secretId=" + name + "&rejected=v1");
  }

  private int status(WiredAgent agent, String header, String token) {
    return new AgentClient(agent.client().port()).with(header, token).secret(name).status();
  }

  @Test
  void the_first_variable_that_is_set_counts_and_only_the_headers_that_are_named() {
    var setup =
        cloud
            .setup()
            .with(
                """
                Server.SSRFEnvVariables = ["FIRST", "SECOND", "KMS_TOKEN"]
                Server.SSRFHeaders = ["X-My-Token"]
                """)
            .withVariable("SECOND", "of-the-second");
    try (var agent = WiredAgent.start(setup, time)) {
      assertThat(status(agent, "X-My-Token", "of-the-second")).isEqualTo(200);
      assertThat(status(agent, "X-My-Token", TestCloud.TOKEN)).isEqualTo(403);
      assertThat(status(agent, "X-KMS-Token", "of-the-second")).isEqualTo(403);
    }
  }

  @Test
  void a_file_of_the_token_that_changes_is_read_again(@TempDir Path folder) throws IOException {
    var file = Files.writeString(folder.resolve("token"), "first");
    var setup = cloud.setup().withVariable("KMS_TOKEN", "file://" + file);
    try (var agent = WiredAgent.start(setup, time)) {
      assertThat(status(agent, "X-KMS-Token", "first")).isEqualTo(200);
      Files.writeString(file, "");
      awaitNextReading();
      Patience.see(() -> agent.client().get("/readyz").body(), it -> it.contains("DEGRADED"));
      assertThat(status(agent, "X-KMS-Token", "first")).isEqualTo(200);

      Files.writeString(file, "second");
      awaitNextReading();
      Patience.see(() -> status(agent, "X-KMS-Token", "second"), status -> status == 200);
      assertThat(status(agent, "X-KMS-Token", "first")).isEqualTo(403);
      Patience.see(() -> agent.client().get("/readyz").text("status"), "UP"::equals);
    }
  }

  private void awaitNextReading() {
    time.awaitDue(INTERVAL, 1);
    time.advance(INTERVAL);
  }

  /** What the program printed, with its exit status in the last line. */
  private static List<String> outcome(SystemCommand conformance, Path folder, int port)
      throws IOException {
    var token = Files.writeString(folder.resolve("token"), TestCloud.TOKEN + "\n");
    var run =
        conformance
            .and("--url=http://localhost:" + port, "--token-file=" + token)
            .and("--secret=app/dev/secret-1", "--secret", "other")
            .run();
    assertThat(run.printed()).doesNotContain("canary", TestCloud.TOKEN);
    return (run.printed() + run.status()).lines().toList();
  }

  @BeforeAll
  static void compile() {
    var javac = ToolProvider.getSystemJavaCompiler();
    String[] arguments = {
      "-d", compiled.toString(), "-sourcepath", SOURCES.toString(), CONFORMANCE.toString()
    };
    assertThat(javac.run(null, null, null, arguments)).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void it_passes_every_case_of_conformance_in_each_dialect(int type, @TempDir Path folder)
      throws IOException {
    cloud.emulator().secrets().create("app/dev/secret-1", "{\"user\":\"canary-5d1e77\"}");
    cloud.emulator().secrets().create("other", "canary-1");
    try (var agent = cloud.agent(time, "Server.ResponseType = " + type)) {
      var conformance = SystemCommand.java("-cp", compiled, "Conformance");
      assertThat(outcome(conformance, folder, agent.client().port()))
          .contains("passes   read by path                        200, the same value")
          .endsWith("", "49 cases: 49 pass, 0 differ, 0 fail.", "0")
          .noneMatch(line -> line.startsWith("FAILS") || line.startsWith("differs"));
    }
  }

  @Test
  void a_server_that_answers_every_request_with_the_secret_does_not_conform(@TempDir Path folder)
      throws Exception {
    var answer = "{\"SecretData\":\"canary-5d1e77\",\"VersionId\":\"v1\"}";
    try (var server = LoopbackHttpServer.start(it -> LoopbackHttpServer.answer(it, 200, answer))) {
      // From its source, as users run it.
      var conformance = SystemCommand.java(CONFORMANCE);
      var lines = outcome(conformance, folder, server.port());

      assertThat(lines.getLast()).isEqualTo("1");
      assertThat(lines)
          .filteredOn(line -> line.startsWith("FAILS"))
          .extracting(line -> line.substring(9, 43).strip())
          .contains("unknown secret", "no token", "token and more", "POST", "fifty wrong tokens")
          .doesNotContain("read by query", "version id", "keep-alive", "Via");
    }
  }
}
