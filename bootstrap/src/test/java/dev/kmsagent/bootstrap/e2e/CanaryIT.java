package dev.kmsagent.bootstrap.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.protocol.AccessKey;
import dev.kmsagent.testkit.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
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
  private final Marker value = Marker.random();
  private final Marker agentToken = Marker.random();
  private final Marker keySecret = Marker.random();
  private final Marker sessionToken = Marker.random();

  /** The name of a secret, which the audit trail does tell. */
  private final Marker planted = Marker.random();

  private final TestCloud cloud = TestCloud.start();

  /** What somebody can see of the agent, and where. */
  private record Trace(String where, String text) {}

  private final List<Trace> traces = new ArrayList<>();

  @AfterEach
  void clean_up() throws IOException {
    cloud.close();
  }

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

    assertNothingTold();
    assertThat(placesOf(planted)).as("places of what may be told").contains("log file");
  }

  private void readEveryWay(AgentClient client) {
    newSecrets().forEach(name -> readTwice(client, name));
    var answers = new ArrayList<CompletableFuture<AgentAnswer>>();
    for (var row : KmsFaults.all()) {
      var unread = newSecret();
      var read = newSecret();
      client.secret(read);
      cloud.fail(unread, row.fault());
      cloud.fail(read, row.fault());
      Stream.of(unread, read, read + "&refreshNow=true")
          .map(client::readAsync)
          .forEach(answers::add);
    }
    answers.forEach(answer -> keep(answer.join()));
    var denied = newSecret();
    client.secret(denied);
    cloud.emulator().secrets().deny(denied);
    readTwice(client, denied);
  }

  private String newSecret() {
    return cloud.newSecret("{\"key\":\"" + value.text() + "\"}");
  }

  private List<String> newSecrets() {
    var binary = cloud.missingSecret();
    cloud.emulator().secrets().createBinary(binary, value.text().getBytes(UTF_8));
    return List.of(newSecret(), cloud.newSecret("x" + value.text()), binary);
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
    var raw = new RawHttp(client.port());
    var tokenLine = "X-KMS-Token: " + agentToken.text();
    keep(raw.send("GET /v1/a%zz HTTP/1.1", "Host: localhost", tokenLine));
    keep(raw.send("GET /v1/a HTTP/1.1", "Host: evil.example", tokenLine));
    keep(raw.send("GET /v1/a HTTP/1.1", "Host: localhost", tokenLine, tokenLine + "\u0001"));
    keep(raw.send("GET /v1/a HTTP/1.1", "Host: localhost", tokenLine.repeat(500)));
    keep(raw.send(tokenLine));
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

  private void assertNothingTold() {
    assertThat(placesOf(value)).as("places that tell the value").isEmpty();
    assertThat(placesOf(agentToken)).as("places that tell the token").isEmpty();
    assertThat(placesOf(keySecret)).as("places that tell the AccessKey's secret").isEmpty();
    assertThat(placesOf(sessionToken)).as("places that tell the security token").isEmpty();
  }

  /** The search itself can fail. */
  @Nested
  class TheSearch {
    @ParameterizedTest
    @ValueSource(strings = {"", "a", "ab", "abc"})
    void finds_a_marker_however_it_is_written(String before) {
      var planted = before + value.text() + "z";
      var bytes = planted.getBytes(UTF_8);

      assertThat(
              List.of(
                  planted,
                  planted.toUpperCase(Locale.ROOT),
                  HexFormat.of().formatHex(bytes),
                  HexFormat.of().withPrefix("%").withUpperCase().formatHex(bytes),
                  Base64.getEncoder().encodeToString(bytes),
                  Base64.getUrlEncoder().encodeToString(bytes)))
          .allMatch(value::isIn);
    }
  }
}
