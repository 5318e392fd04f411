package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.config.ServerConfig.ResponseType;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.testkit.LogRecorder;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.SystemCommand;
import dev.kmsagent.testkit.http.AgentAnswer;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ETag}, and the replies to those who send it back, in each dialect. */
@ParameterizedClass
@EnumSource
class ConditionalRepliesTest {
  private static final String CANARY = "canary-55d0";
  private static final String VALUE = "{\"user\":\"" + CANARY + "\"}";
  private static final String ODD_ID = "\",W/\"ä, *\u2028";

  @AutoClose private final TestAgent agent;

  ConditionalRepliesTest(ResponseType dialect) {
    agent = new TestAgent(dialect, TestAgent.VAULT);
    agent.hold(Secrets.text("hit", "v1", VALUE));
    agent.give(Secrets.text("missed", "v1", VALUE));
    agent.hold(Secrets.text("odd", ODD_ID, VALUE));
  }

  private static AgentAnswer get(TestAgent from, String target, String... headers) {
    return from.get("/secretsmanager/get?secretId=" + target, headers);
  }

  private AgentAnswer getIfNot(String tags, String target) {
    return get(agent, target, "If-None-Match", tags);
  }

  private String tagOf(Secret secret) {
    agent.hold(secret);
    return get(agent, secret.name().value()).header("ETag");
  }

  private static Secret created(String date, Secret secret) {
    return new Secret(
        secret.name(),
        secret.version(),
        secret.stages(),
        secret.dataType(),
        secret.value(),
        Map.of(SecretAttribute.CREATE_TIME, date));
  }

  @Test
  void a_tag_is_weak_and_the_same_from_each_agent_in_each_dialect() {
    var tags = new HashSet<String>();
    for (var dialect : ResponseType.values()) {
      try (var other = new TestAgent(dialect, TestAgent.VAULT)) {
        other.give(Secrets.text("missed", "v1", VALUE));
        tags.add(get(other, "missed").header("ETag"));
        tags.add(other.get("/v1/secret/data/missed").header("ETag"));
      }
    }
    assertThat(tags).containsExactly(get(agent, "hit").header("ETag"));
    assertThat(tags.iterator().next()).matches("W/\"[0-9a-f]{16}\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/secretsmanager/get?secretId=hit&", "/v1/secret/data/hit?"})
  void a_version_that_was_rejected_is_not_given_again(String path) {
    var none = agent.get(path + "rejected=v0&rejected=v1");
    assertThat(none.status()).isEqualTo(409);
    assertThat(none.header("Retry-After")).isEqualTo("1");
    assertThat(none.body()).doesNotContain(CANARY);
    assertThat(agent.get(path + "rejected=v0").body()).contains(CANARY);
    var tag = agent.get(path).header("ETag");
    assertThat(agent.get(path + "rejected=v1", "If-None-Match", tag, "Prefer", "wait=60").status())
        .isEqualTo(409);
  }

  @Test
  void another_version_and_a_secret_that_was_made_anew_have_other_tags() {
    var first = Secrets.text("s", "v1", "one");
    var tag = tagOf(first);
    assertThat(tagOf(Secrets.text("s", "v2", "one"))).isNotEqualTo(tag);
    assertThat(tagOf(created("2026-12-01T00:00:00Z", first))).isNotEqualTo(tag);
    assertThat(tagOf(first)).isEqualTo(tag);
  }

  /** With all headers but those of the body, over a connection that goes on. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/secretsmanager/get?secretId=hit",
        "/secretsmanager/get?secretId=missed",
        "/secretsmanager/get?secretId=odd",
        "/secretsmanager/get?secretId=hit&field=user",
        "/secretsmanager/get?secretId=hit&field=.",
        "/secretsmanager/get?secretId=missed&fields=user",
        "/secretsmanager/get?secretId=hit&maxStale=60",
        "/secretsmanager/get?secretId=hit&refreshNow=true",
        "/v1/secret/data/hit",
        "/v1/secret/data/missed?fields=user",
        "/v1/secret/data/hit?version=1"
      })
  void who_sends_the_tag_gets_304_without_the_value_and_that_is_a_read(String target)
      throws IOException {
    try (var log = LogRecorder.ofProcess();
        var client = new ClientConnection(agent.port)) {
      var whole = TestAgent.get(client, target);
      assertThat(whole.status()).isEqualTo(200);
      int reads = agent.secrets.askers.size();
      client.send(
          TestAgent.request(
              target, "if-none-match: \"other\"", "If-None-Match: " + whole.header("ETag")));
      var unchanged = client.readHead();
      assertThat(TestAgent.get(client, target).body()).isEqualTo(whole.body());

      assertThat(unchanged.status()).isEqualTo(304);
      var names = new HashSet<>(whole.headers().keySet());
      names.removeAll(Set.of("content-type", "content-length"));
      assertThat(unchanged.headers()).containsOnlyKeys(names);
      for (var name : List.of("ETag", "Cache-Control", "Cache-Status", "Age")) {
        assertThat(unchanged.header(name)).isEqualTo(whole.header(name)).isNotEmpty();
      }
      assertThat(agent.secrets.askers).hasSize(2 * reads + reads);
      assertThat(unchanged.headers() + agent.events.all().toString() + log.texts())
          .doesNotContain(CANARY);
    }
  }

  @Test
  void what_is_cached_is_compared_on_the_thread_that_read_the_request() {
    assertThat(getIfNot("*", "hit").status()).isEqualTo(304);
    assertThat(getIfNot("*", "missed").status()).isEqualTo(304);
    assertThat(agent.secrets.askers).extracting(Thread::isVirtual).containsExactly(false, true);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"other\"", "nonsense", "W/\"0000000000000000\""})
  void who_knows_another_version_gets_the_secret(String tags) {
    assertThat(getIfNot(tags, "hit").body()).contains(CANARY);
    assertThat(getIfNot(tags, "missed&field=user").body()).isEqualTo(CANARY);
  }

  @Test
  void a_failure_stays_one() {
    assertThat(getIfNot("*", "hit&field=absent").status()).isEqualTo(404);
    assertThat(getIfNot("*", "gone").status()).isEqualTo(404);
    assertThat(getIfNot("*", "hit&refreshNow=x").status()).isEqualTo(400);
    assertThat(agent.send(agent.port, "GET", "/v1/hit", "If-None-Match", "*").status())
        .isEqualTo(403);
  }

  @Test
  void the_metadata_of_versions_has_no_tag() {
    var answer = agent.get("/v1/secret/metadata/hit", "If-None-Match", "*");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.headers()).doesNotContainKey("etag");
  }

  @Test
  void a_part_has_the_id_of_its_version_encoded() {
    assertThat(get(agent, "hit&field=user").header("X-KMS-Version-Id")).isEqualTo("v1");
    assertThat(get(agent, "hit").headers()).doesNotContainKey("x-kms-version-id");
    for (var part : List.of("field=user", "field=.", "fields=user")) {
      assertThat(get(agent, "odd&" + part).header("X-KMS-Version-Id"))
          .isEqualTo("%22%2CW%2F%22%C3%A4%2C%20*%E2%80%A8");
    }
  }

  /** Whether the header says that the request waits, or could. */
  @ParameterizedTest
  @CsvSource({
    "secretsmanager/get?secretId=hit, wait=100, wait=60",
    "secretsmanager/get?secretId=missed, wait=5, wait=5",
    "secretsmanager/get?secretId=hit&field=user, wait=5, wait=5",
    "v1/secret/data/hit, wait=5, wait=5",
    "v1/secret/data/hit?version=1, wait=5, ''",
    "secretsmanager/get?secretId=hit&refreshNow=1, wait=5, ''",
    "secretsmanager/get?secretId=hit, return=minimal, ''"
  })
  void a_wait_is_said_to_be_applied_where_it_can_be(String path, String prefer, String applied) {
    var other = "\"0000000000000000\"";
    assertThat(
            agent
                .get('/' + path, "If-None-Match", other, "Prefer", prefer)
                .header("Preference-Applied"))
        .isEqualTo(applied);
    assertThat(agent.get('/' + path, "Prefer", prefer).headers())
        .doesNotContainKey("preference-applied");
    assertThat(agent.get('/' + path, "If-None-Match", "*", "Prefer", prefer).headers())
        .doesNotContainKey("preference-applied");
  }

  @Test
  @ResourceLock(value = BoundedConnectorTest.CHILDREN, mode = ResourceAccessMode.READ)
  void curl_keeps_what_it_has(@TempDir Path folder) throws IOException {
    assumeTrue(SystemCommand.isThere("curl"), "curl is not installed");
    var tag = folder.resolve("tag");
    var file = folder.resolve("file");
    var read =
        SystemCommand.of("curl", "-sS", "--fail", "--noproxy", "*", "-w", "%{http_code}")
            .and("-H", "X-KMS-Token: " + TestAgent.TOKEN)
            .and("--etag-save", tag, "--etag-compare", tag, "-o", file)
            .and("http://127.0.0.1:" + agent.port + "/secretsmanager/get?secretId=hit&field=user");

    assertThat(read.run().outputOfSuccess()).isEqualTo("200");
    assertThat(read.run().outputOfSuccess()).isEqualTo("304");
    assertThat(file).hasContent(CANARY);
    agent.hold(Secrets.text("hit", "v2", "{\"user\":\"next\"}"));
    assertThat(read.run().outputOfSuccess()).isEqualTo("200");
    assertThat(Files.readString(file)).isEqualTo("next");
  }
}
