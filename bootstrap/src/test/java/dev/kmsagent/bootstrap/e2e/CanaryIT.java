package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.emulator.faults.Fault;
import dev.kmsagent.emulator.faults.FaultRule;
import dev.kmsagent.emulator.signature.AccessKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Marks everything confidential, sends it through every path, and looks for the marks in all that
 * leaves the process: they may be in the one body that should hold them.
 */
final class CanaryIT {
  private static final List<Fault> FAULTS =
      List.of(
          new Fault.Latency(Duration.ofMinutes(1)),
          new Fault.Drip(Duration.ofMillis(500)),
          new Fault.Reset(),
          new Fault.Truncated(150),
          Fault.throttled(),
          new Fault.Failure(500, "InternalFailure"),
          new Fault.Failure(403, "Forbidden.NoPermission"),
          new Fault.Failure(400, "SignatureDoesNotMatch"),
          new Fault.Failure(400, "MissingParameter"),
          new Fault.Html(502),
          new Fault.Malformed(),
          new Fault.Incomplete("VersionId"),
          new Fault.WrongTypes(),
          new Fault.Oversized(2 << 20));

  private final Marker value = Marker.random();
  private final Marker agentToken = Marker.random();
  private final Marker keySecret = Marker.random();
  private final Marker sessionToken = Marker.random();

  /** What left the process, by where it was seen. */
  private final Map<String, String> seen = new LinkedHashMap<>();

  private List<Marker> markers() {
    return List.of(value, agentToken, keySecret, sessionToken);
  }

  private KmsEmulator kms() throws IOException {
    var until = Instant.now().plus(Duration.ofHours(1));
    return KmsEmulator.builder()
        .accessKey(AccessKey.temporary("LTAIcanary", keySecret.text(), sessionToken.text(), until))
        .start();
  }

  private AgentSetup setup(KmsEmulator kms, ResponseType type) {
    return AgentSetup.defaults()
        .withVariable("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAIcanary")
        .withVariable("ALIBABA_CLOUD_ACCESS_KEY_SECRET", keySecret.text())
        .withVariable("ALIBABA_CLOUD_SECURITY_TOKEN", sessionToken.text())
        .withVariable("KMS_AGENT_KMS_ENDPOINT", kms.endpoint())
        .withVariable("KMS_AGENT_KMS_PROTOCOL", "http")
        .withVariable("KMS_TOKEN", agentToken.text())
        .with(type.setting())
        .with(
            """
            Server.RequestTimeoutSeconds = 2
            KMS.ReadTimeoutMillis = 1000
            KMS.CircuitBreaker.Enabled = false
            Log.LogLevel = "Debug"
            Log.LogPath = "./logs/"
            Log.Audit = true
            """)
        .withManagement();
  }

  @ParameterizedTest
  @EnumSource
  void nothing_confidential_is_told_but_in_the_body_that_should_hold_it(ResponseType type)
      throws IOException, InterruptedException {
    try (var kms = kms();
        var agent = AgentProcess.start(setup(kms, type))) {
      readInEveryForm(kms, agent);
      meetEveryFault(kms, agent);
      knockWrongly(agent);
      lookAtPages(agent);
      end(agent);
    }

    assertThat(seen).containsKeys("log file", "standard error", "/metrics");
    markers().forEach(this::assertNowhere);
  }

  /** Where it was seen, and never what: a failing build tells no secrets either. */
  private void assertNowhere(Marker marker) {
    assertThat(seen.entrySet().stream().filter(each -> marker.isIn(each.getValue())))
        .extracting(Map.Entry::getKey)
        .as("places that tell what is confidential")
        .isEmpty();
  }

  private void readInEveryForm(KmsEmulator kms, AgentProcess agent) {
    kms.secrets().create("text", value.text());
    kms.secrets().create("json", "{\"password\":\"" + value.text() + "\"}");
    kms.secrets().createBinary("binary", value.bytes());
    for (var name : List.of("text", "json", "binary")) {
      for (var answer : List.of(agent.client().secret(name), agent.client().refreshed(name))) {
        assertThat(answer.status()).isEqualTo(200);
        assertThat(value.isIn(answer.body())).as("the body of " + name).isTrue();
        seen.put("headers of " + name, answer.headers().toString());
      }
    }
  }

  private void meetEveryFault(KmsEmulator kms, AgentProcess agent) {
    for (var fault : FAULTS) {
      var name = "faulty-" + FAULTS.indexOf(fault);
      kms.secrets().create(name, value.text());
      kms.faults().add(FaultRule.of(fault).onSecret(name));
    }
    FAULTS.stream()
        .map(fault -> agent.client().readAsync("faulty-" + FAULTS.indexOf(fault)))
        .toList()
        .forEach(answer -> note("a fault, " + seen.size(), answer.join()));
  }

  private void knockWrongly(AgentProcess agent) {
    var target = "/secretsmanager/get?secretId=text";
    var client = agent.client();
    note("no token", client.without("X-KMS-Token").get(target));
    note("another token", client.with("X-KMS-Token", "x" + agentToken.text()).get(target));
    note("a method", client.send("POST", target));
    note("a parameter", client.get(target + "&versionStag=x"));
    note("forwarded", client.with("X-Forwarded-For", "10.0.0.1").get(target));
    note("a path", client.get("/nowhere"));
    note("no such secret", client.secret("missing"));
  }

  private void note(String place, Answer answer) {
    assertThat(answer.status()).as(place).isGreaterThanOrEqualTo(400);
    seen.put(place, answer.headers() + answer.body());
  }

  private void lookAtPages(AgentProcess agent) {
    for (var page : List.of("/ping", "/healthz", "/readyz", "/metrics")) {
      var answer = agent.management().get(page);
      seen.put(page, answer.headers() + answer.body());
    }
  }

  private void end(AgentProcess agent) throws IOException, InterruptedException {
    var exit = agent.terminate().exit();
    seen.put("standard output", exit.stdout());
    seen.put("standard error", exit.stderr());
    var log = Files.readString(agent.folder().resolve("logs/kms-agent.log"));
    assertThat(log).contains("secret_read", "kms_call_failed");
    seen.put("log file", log);
  }

  /** The search itself can fail. */
  @Nested
  class The_search {
    private final Marker marker = Marker.random();

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "ab", "abc"})
    void finds_a_planted_marker_however_it_is_written(String before) {
      var planted = before + marker.text() + "z";
      var bytes = planted.getBytes(StandardCharsets.UTF_8);
      var written = new ArrayList<String>();
      written.add(planted);
      written.add(planted.toUpperCase(Locale.ROOT));
      written.add(HexFormat.of().formatHex(bytes));
      written.add(Base64.getEncoder().encodeToString(bytes));

      assertThat(written).allMatch(marker::isIn);
    }

    @Test
    void does_not_find_what_is_not_there() {
      assertThat(marker.isIn(Marker.random().text())).isFalse();
    }

    @Test
    void names_the_place_of_a_planted_marker() {
      seen.put("somewhere", "a line with " + value.text());

      assertThatThrownBy(() -> assertNowhere(value))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("somewhere")
          .hasMessageNotContaining(value.text());
    }
  }
}
