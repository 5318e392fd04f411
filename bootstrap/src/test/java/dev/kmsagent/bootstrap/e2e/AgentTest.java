package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.Relay;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole agent with an AccessKey: that its parts are wired, and by the configuration. */
final class AgentTest {
  private static final String TOKEN_LINE = "X-KMS-Token: " + TestCloud.TOKEN;

  /** The file of the token is read again at this interval. */
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final VirtualTime time = new VirtualTime();
  private final TestCloud cloud = TestCloud.at(time);
  private final Relay road = Relay.to(cloud.emulator().port());
  private final CountDownLatch answers = new CountDownLatch(1);
  private final String name = cloud.newSecret("old");

  @AfterEach
  void clean_up() throws IOException {
    answers.countDown();
    road.close();
    cloud.close();
  }

  /** Calls to KMS by a road that can be closed. */
  private String byRoad() {
    return "KMS.Endpoint = \"%s\"\n".formatted(road.endpoint());
  }

  private String read(WiredAgent agent) {
    return agent.client().secret(name).summary();
  }

  @Test
  void a_value_is_fresh_for_its_ttl_and_then_read_again() {
    try (var agent =
        cloud.agent(
            time,
            """
            Cache.CacheType = "inmemory"
            Cache.TtlSeconds = 3600
            Cache.TtlJitterRatio = 0.0
            Cache.RefreshAheadRatio = 1.0
            """)) {
      assertThat(read(agent)).isEqualTo("old, fwd=miss");
      cloud.emulator().secrets().put(name, "v2", "new");
      time.advance(Duration.ofHours(1).minusMillis(1));
      assertThat(read(agent)).isEqualTo("old, hit");
      time.advance(Duration.ofMillis(1));
      assertThat(read(agent)).isEqualTo("new, fwd=stale");
      assertThat(cloud.calls(name)).isEqualTo(2);
    }
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
  void a_hundred_clients_that_miss_one_secret_make_one_call() {
    try (var agent = cloud.agent(time, byRoad())) {
      road.holdUp(answers);
      var reads = Stream.generate(() -> agent.client().readAsync(name)).limit(100).toList();
      time.awaitDue(Duration.ofSeconds(10), reads.size());
      answers.countDown();
      assertThat(reads)
          .extracting(CompletableFuture::join)
          .allSatisfy(answer -> assertThat(answer.text("SecretData")).isEqualTo("old"));
      assertThat(cloud.calls(name)).isOne();
    }
  }

  @Test
  void calls_beyond_the_rate_are_turned_away_until_the_next_second() {
    try (var agent = cloud.agentWithoutRetries(time, "KMS.MaxCallsPerSecond = 1")) {
      assertThat(read(agent)).isEqualTo("old, fwd=miss");
      assertThat(agent.client().refreshed(name).verdict()).isEqualTo("503 Overloaded");
      time.advance(Duration.ofSeconds(1));
      assertThat(agent.client().refreshed(name).verdict()).isEqualTo("200");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET /v1/ID, Via: 1.1 proxy, 400 InvalidParameter",
    "GET /v1/ID, Host: evil.example, 403 Forbidden.Host",
    "GET /v1/ID, X-KMS-Token: wrong, 403 Forbidden.Token",
    "POST /v1/ID, Accept: */*, 405 MethodNotAllowed",
    "GET /v2/ID, Accept: */*, 404 InvalidPath",
    "GET /v1/ID?nonsense=1, Accept: */*, 400 InvalidParameter",
    "GET /v1/ID, Content-Length: x, 400 InvalidParameter"
  })
  void a_request_that_fails_a_check_costs_no_call(String target, String header, String verdict) {
    var head = new ArrayList<>(List.of(target.replace("ID", name) + " HTTP/1.1", header));
    Stream.of("Host: localhost", TOKEN_LINE)
        .filter(line -> !line.startsWith(header.substring(0, header.indexOf(':'))))
        .forEach(head::add);
    try (var agent = cloud.agentWithoutRetries(time, "")) {
      var answer = KeptConnection.send(agent.client().port(), head.toArray(String[]::new));
      assertThat(answer.verdict()).isEqualTo(verdict);
      assertThat(cloud.calls(name)).isZero();
    }
  }

  /** A name that no secret can have: what KMS was asked for shows how it was read. */
  @ParameterizedTest
  @CsvSource({
    "/v1/ID/..//a%2Fb%2541+%E5%AF%86;c, ID/..//a/b%41+密;c",
    "/secretsmanager/get?secretId=ID/../a%2Fb%2541+c, ID/../a/b%41 c"
  })
  void kms_is_asked_for_the_name_decoded_once(String target, String decoded) {
    var unique = UUID.randomUUID().toString();
    try (var agent = cloud.agentWithoutRetries(time, "")) {
      agent.client().get(target.replace("ID", unique));
      assertThat(cloud.calls(decoded.replace("ID", unique))).isOne();
    }
  }

  @Test
  void the_largest_secret_comes_through_whole() {
    var largest = "密".repeat(30_720 / 3);
    try (var agent = cloud.agentWithoutRetries(time, "")) {
      assertThat(agent.client().secret(cloud.newSecret(largest)).text("SecretData"))
          .isEqualTo(largest);
    }
  }

  private static String status(AgentAnswer page) {
    return page.status() + " " + page.text("status");
  }

  @Test
  void secrets_are_loaded_before_it_is_ready() {
    var other = cloud.newSecret("value");
    road.holdUp(answers);
    try (var agent =
        cloud.agent(time, byRoad() + "Cache.Prefetch = [\"%s\", \"%s\"]".formatted(name, other))) {
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

  private void awaitNextReading() {
    time.awaitDue(INTERVAL, 1);
    time.advance(INTERVAL);
  }

  private void awaitChange(WiredAgent agent, String from, String to) {
    awaitNextReading();
    Patience.see(() -> status(agent, "X-KMS-Token", to), status -> status == 200);
    assertThat(status(agent, "X-KMS-Token", from)).isEqualTo(403);
  }

  @Test
  void a_file_of_the_token_that_changes_is_read_again(@TempDir Path folder) throws IOException {
    var file = Files.writeString(folder.resolve("token"), "first");
    var setup = cloud.setup().withVariable("KMS_TOKEN", "file://" + file);
    try (var agent = WiredAgent.start(setup, time)) {
      assertThat(status(agent, "X-KMS-Token", "first")).isEqualTo(200);
      Files.writeString(file, "second");
      awaitChange(agent, "first", "second");
      var other = Files.writeString(folder.resolve("other"), "third");
      Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
      awaitChange(agent, "second", "third");

      Files.writeString(file, "");
      awaitNextReading();
      Patience.see(() -> agent.client().get("/readyz").body(), it -> it.contains("DEGRADED"));
      assertThat(status(agent, "X-KMS-Token", "third")).isEqualTo(200);

      Files.writeString(file, "fourth");
      awaitChange(agent, "third", "fourth");
      assertThat(agent.client().get("/readyz").text("status")).isEqualTo("UP");
    }
  }
}
