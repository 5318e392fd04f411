package dev.kmsagent.bootstrap.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.protocol.AccessKey;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.Unchecked;
import dev.kmsagent.testkit.http.AgentAnswer;
import dev.kmsagent.testkit.http.ClientConnection;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random markers as the value of secrets, the token, the AccessKey's secret and the security token
 * go every way there is, good and bad, with everything logged that can be. Afterwards the value may
 * be in the bodies that hold it, and the others nowhere.
 */
final class CanaryIT {
  /**
   * Random text that stands for something confidential, and is recognised however it is written.
   */
  private record Marker(String text) {
    static Marker random() {
      return new Marker("canary" + UUID.randomUUID().toString().replace("-", ""));
    }

    byte[] bytes() {
      return text.getBytes(UTF_8);
    }

    /** Whether it stands in {@code output}: in clear, percent-encoded, in hexadecimal or base64. */
    boolean isIn(String output) {
      var lower = output.toLowerCase(Locale.ROOT);
      return lower.contains(text.toLowerCase(Locale.ROOT))
          || lower.contains(HexFormat.of().formatHex(bytes()))
          || lower.contains(HexFormat.of().withPrefix("%").formatHex(bytes()))
          || isInBase64(output.replace('-', '+').replace('_', '/'));
    }

    /** Base64 looks different by where in its text the marker begins; its ends depend on others. */
    private boolean isInBase64(String output) {
      return IntStream.range(0, 3)
          .mapToObj(before -> "x".repeat(before) + text)
          .map(it -> Base64.getEncoder().withoutPadding().encodeToString(it.getBytes(UTF_8)))
          .anyMatch(it -> output.contains(it.substring(4, it.length() - 4)));
    }

    @Override
    public String toString() {
      return "***";
    }
  }

  private final Marker value = Marker.random();
  private final Marker agentToken = Marker.random();
  private final Marker keySecret = Marker.random();
  private final Marker sessionToken = Marker.random();

  /** The name of a secret, which the audit trail does tell. */
  private final Marker planted = Marker.random();

  @AutoClose private final TestCloud cloud = TestCloud.start();

  /** What somebody can see of the agent, and where. */
  private record Trace(String where, String text) {}

  private final List<Trace> traces = new ArrayList<>();

  private AgentSetup setup() {
    cloud
        .emulator()
        .accessKeys()
        .add(AccessKey.temporary("STS.canary", keySecret.text(), sessionToken.text(), Instant.MAX));
    return cloud
        .setup()
        .withVariable("CANARY_SECRET", keySecret.text())
        .with(
            """
            KMS.CredentialType = "AccessKey"
            KMS.AccessKeyId = "STS.canary"
            KMS.AccessKeySecret = "${ENV:CANARY_SECRET}"
            KMS.SecurityToken = "%s"
            KMS.ReadTimeoutMillis = 1000
            KMS.CircuitBreaker.Enabled = false
            Cache.TtlSeconds = 0
            Log.LogLevel = "Debug"
            Log.LogPath = "./logs/"
            Log.Audit = true
            """
                .formatted(sessionToken.text()))
        .withManagement();
  }

  @Test
  void nothing_confidential_is_seen_but_where_it_belongs(@TempDir Path folder) throws Exception {
    var tokenFile = Files.writeString(folder.resolve("token"), agentToken.text());
    try (var agent = AgentProcess.start(setup().withVariable("KMS_TOKEN", "file://" + tokenFile))) {
      var client = new AgentClient(agent.port()).with("X-KMS-Token", agentToken.text());
      readEveryWay(client);
      knockInVain(client);
      watch(client);
      watch(agent.management());
      client.secret(planted.text());
      spoil(tokenFile, client);
      end(agent);
    }

    Map.of(
            "the value", value,
            "the token", agentToken,
            "the AccessKey's secret", keySecret,
            "the security token", sessionToken)
        .forEach((what, it) -> assertThat(placesOf(it)).as("places of " + what).isEmpty());
    assertThat(placesOf(planted))
        .as("places of what may be told")
        .contains("log file", "audit file");
  }

  private void readEveryWay(AgentClient client) {
    var binary = cloud.missingSecret();
    cloud.emulator().secrets().createBinary(binary, value.text().getBytes(UTF_8));
    for (var name : List.of(newSecret(), cloud.newSecret("x" + value.text()), binary)) {
      readTwice(client, name);
    }
    var answers = new ArrayList<CompletableFuture<AgentAnswer>>();
    for (var fault : Outage.ofKms().stream().flatMap(it -> it.injected().stream()).toList()) {
      var unread = newSecret();
      var read = newSecret();
      client.secret(read);
      cloud.fail(unread, fault.fault());
      cloud.fail(read, fault.fault());
      Stream.of(unread, read, read + "&refreshNow=true")
          .map(client::readAsync)
          .forEach(answers::add);
    }
    answers.forEach(answer -> keep(answer.join()));
  }

  private String newSecret() {
    return cloud.newSecret("{\"key\":\"" + value.text() + "\"}");
  }

  private void readTwice(AgentClient client, String name) {
    keep(client.secret(name));
    keep(client.refreshed(name));
  }

  private void knockInVain(AgentClient client) {
    keep(client.get("/nowhere"));
    keep(client.get("/v1/a?token=" + agentToken.text()));
    keep(client.send("POST", "/v1/a"));
    keep(client.with("Via", "1.1 proxy").get("/v1/a"));
    keep(client.with("X-KMS-Token", agentToken.text() + "x").get("/v1/a"));
    var port = client.port();
    var tokenLine = "X-KMS-Token: " + agentToken.text();
    keepAnswerTo(port, "GET /v1/a%zz HTTP/1.1", "Host: localhost", tokenLine);
    keepAnswerTo(port, "GET /v1/a HTTP/1.1", "Host: evil.example", tokenLine);
    for (var lines : List.of(tokenLine + "\r\n" + tokenLine + "\u0001", tokenLine.repeat(500))) {
      keepAnswerTo(port, "GET /v1/a HTTP/1.1", "Host: localhost", lines);
    }
    keepAnswerTo(port, tokenLine);
    cloud.emulator().accessKeys().remove("STS.canary");
    readTwice(client, newSecret());
    cloud
        .emulator()
        .accessKeys()
        .add(AccessKey.temporary("STS.canary", "another", "another", Instant.MAX));
    readTwice(client, newSecret());
  }

  private void watch(AgentClient client) {
    for (var page : new String[] {"/ping", "/healthz", "/readyz", "/metrics"}) {
      var answer = client.get(page);
      assertThat(answer.status()).isEqualTo(200);
      traces.add(new Trace(page, answer.headers() + answer.body()));
    }
  }

  /** The token's file comes to hold what cannot be a token. */
  private void spoil(Path tokenFile, AgentClient client) throws IOException {
    Files.writeString(tokenFile, agentToken.text() + " " + agentToken.text());
    var page =
        Patience.see(() -> client.get("/readyz"), readyz -> readyz.body().contains("token file"));
    traces.add(new Trace("/readyz", page.body()));
  }

  private void end(AgentProcess agent) throws Exception {
    var exit = agent.terminate().exit();
    traces.add(new Trace("stdout", exit.stdout()));
    traces.add(new Trace("stderr", exit.stderr()));
    var log = Files.readString(agent.folder().resolve("logs/kms-agent.log"));
    assertThat(log).contains("\"level\":\"DEBUG\"", "secret_read", "token_unreadable");
    traces.add(new Trace("log file", log));
    var audit = Files.readString(agent.folder().resolve("logs/kms-agent-audit.jsonl"));
    assertThat(audit).contains("secret_read", "request_rejected");
    traces.add(new Trace("audit file", audit));
  }

  private void keepAnswerTo(int port, String... head) {
    keep(ClientConnection.exchange(port, ClientConnection.head(head)));
  }

  /** Of a body that holds a secret, what else might be in it counts; of all others, everything. */
  private void keep(AgentAnswer answer) {
    traces.add(new Trace("the head of a " + answer.status(), answer.headers().toString()));
    var body = answer.body();
    traces.add(
        new Trace(
            "the body of a " + answer.status(),
            answer.status() == 200 ? withoutValue(body) : body));
  }

  private String withoutValue(String body) {
    var text = value.text();
    var base64 = Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    assertThat(body).containsAnyOf(text, base64);
    return body.replace(text, "").replace(base64, "");
  }

  /** Says where, and never what: a failing build tells no secrets either. */
  private List<String> placesOf(Marker marker) {
    return traces.stream().filter(trace -> marker.isIn(trace.text())).map(Trace::where).toList();
  }

  /**
   * Neither in Redis, where all of it is that was read right before the end, under the names of a
   * team, nor in what an agent shows while Redis is away.
   */
  @Test
  void nothing_confidential_is_in_redis_or_shown_on_the_way_there() throws Exception {
    var password = Marker.random();
    // Half of the key, so that a part of it is recognised too.
    var half = new Marker(Marker.random().text().substring(6, 22));
    var key = Base64.getEncoder().encodeToString((half.text() + half.text()).getBytes(UTF_8));
    var names = Stream.generate(Marker::random).limit(30).toList();
    names.forEach(name -> cloud.emulator().secrets().create(name.text(), value.text()));
    try (var redis = RedisProcess.start("--rdbcompression", "no")) {
      redis.configure("ACL", "SETUSER", "team", "on", ">" + password.text(), "~team:*", "+@all");
      var setup =
          cloud
              .setup()
              .with(
                  """
                  KMS.CredentialType = "AccessKey"
                  Cache.CacheType = "Redis"
                  Cache.Redis.Addresses = ["127.0.0.1:%d"]
                  Cache.Redis.TimeoutMillis = 10000
                  Cache.Redis.Username = "team"
                  Cache.Redis.KeyPrefix = "team"
                  Cache.Redis.Password = "%s"
                  Cache.Redis.EncryptionKey = "%s"
                  Server.ShutdownGraceSeconds = 60
                  Log.LogLevel = "Debug"
                  """
                      .formatted(redis.port(), password.text(), key));
      try (var one = AgentProcess.start(setup);
          var other = AgentProcess.start(setup)) {
        var reads = names.stream().map(name -> one.client().readAsync(name.text())).toList();
        assertThat(reads).allMatch(read -> read.join().body().contains(value.text()));
        var exit = one.terminate().exit();
        assertThat(redis.command("KEYS", "team:c2:*").lines()).hasSize(names.size());
        assertThat(other.client().secret(names.getFirst().text()).cacheStatus()).isEqualTo("hit");
        var confidential = Stream.concat(Stream.of(value, half), names.stream()).toList();
        assertThat(confidential).noneMatch(it -> it.isIn(dump(redis)));
        redis.command("SET", "planted", value.text());
        assertThat(value.isIn(dump(redis))).as("the search finds what is there").isTrue();

        redis.kill();
        other.client().refreshed(names.getLast().text());
        var pages = List.of(other.client().get("/readyz"), other.client().get("/metrics"));
        var shown = pages + "" + exit + other.stdout() + other.stderr();
        assertThat(shown).contains("shared_cache");
        assertThat(Stream.of(value, password, half)).noneMatch(it -> it.isIn(shown));
      }
    }
  }

  /** What Redis would put on a disk: everything that it has. */
  private static String dump(RedisProcess redis) {
    redis.configure("SAVE");
    return Unchecked.get(() -> Files.readString(redis.folder().resolve("dump.rdb"), ISO_8859_1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "ab", "abc"})
  void the_search_finds_a_marker_however_it_is_written(String before) {
    var written = before + value.text() + "z";
    var bytes = written.getBytes(UTF_8);
    assertThat(
            List.of(
                written,
                written.toUpperCase(Locale.ROOT),
                HexFormat.of().formatHex(bytes),
                HexFormat.of().withPrefix("%").withUpperCase().formatHex(bytes),
                Base64.getEncoder().encodeToString(bytes),
                Base64.getUrlEncoder().encodeToString(bytes)))
        .allMatch(value::isIn);
  }
}
