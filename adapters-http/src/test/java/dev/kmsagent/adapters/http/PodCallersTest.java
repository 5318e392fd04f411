package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.PodIdentity;
import dev.kmsagent.domain.PodToken;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.port.AdmitCaller;
import dev.kmsagent.domain.port.AdmitCaller.CallerAccess;
import dev.kmsagent.domain.port.AdmitCaller.CallerAdmission;
import dev.kmsagent.domain.port.AdmitCaller.CallerAdmission.Reason;
import dev.kmsagent.domain.port.RetrieveSecret;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests of pods, each of which sends a token of its own. All come over one connection. */
final class PodCallersTest {
  private static final Duration LIFE = Duration.ofHours(1);

  private final Pods pods = new Pods();
  @AutoClose private final TestAgent agent = new TestAgent(TestAgent.VAULT, pods);

  /** Admits the tokens that it knows, each to secrets of its own. */
  private final class Pods implements AdmitCaller {
    private final Map<String, CallerAdmission> admissions = new ConcurrentHashMap<>();
    private final Set<String> ended = ConcurrentHashMap.newKeySet();
    private final List<String> asked = new CopyOnWriteArrayList<>();

    @Override
    public CompletionStage<CallerAdmission> admit(PodToken token, Optional<String> role) {
      var name = token.reveal() + role.map(it -> " as " + it).orElse("");
      asked.add(name);
      var unknown = new CallerAdmission.Rejected(Reason.TOKEN, "the token is not genuine");
      return CompletableFuture.completedStage(admissions.getOrDefault(name, unknown));
    }

    void admit(String name, String value) {
      var secrets = new FakeRetrieval();
      var secret = Secrets.text("db", "v1", "{\"password\":\"" + value + "\"}");
      secrets.answer("db", agent.found(secret, CacheState.HIT));
      admissions.put(name, new CallerAdmission.Admitted(access(name, secrets)));
    }

    private CallerAccess access(String name, RetrieveSecret secrets) {
      return new CallerAccess() {
        @Override
        public Optional<RetrieveSecret> secrets() {
          return ended.contains(name) ? Optional.empty() : Optional.of(secrets);
        }

        @Override
        public PodIdentity identity() {
          var expiry = agent.time.instant().plus(LIFE);
          var subject = new Subject("shop", "app");
          return new PodIdentity(PodToken.of(name), subject, "pod", expiry, expiry.plusSeconds(60));
        }
      };
    }
  }

  private Answer get(String... headers) {
    return getAt("secret/data/db", headers);
  }

  private Answer getAt(String path, String... headers) {
    return agent.send(agent.port, "GET", "/v1/" + path, headers);
  }

  @Test
  void a_pod_is_admitted_once_for_all_requests_of_its_connection() {
    pods.admit("token", "hers");

    for (int i = 0; i < 3; i++) {
      var answer = get("X-KMS-Token", "token");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).contains("hers");
    }

    assertThat(pods.asked).containsExactly("token");
  }

  @Test
  void another_token_on_the_same_connection_gets_its_own_secrets() {
    pods.admit("one", "first");
    pods.admit("other", "second");

    assertThat(get("X-Vault-Token", "one").body()).contains("first");
    assertThat(get("X-Vault-Token", "other").body()).contains("second");
    assertThat(get("Authorization", "Bearer one").body()).contains("first");
    assertThat(pods.asked).containsExactly("one", "other", "one");
  }

  @Test
  void another_role_on_the_same_connection_is_admitted_anew() {
    pods.admit("token", "own");
    pods.admit("token as backup", "of the backup");

    assertThat(get("X-KMS-Token", "token").body()).contains("own");
    assertThat(get("X-KMS-Token", "token", "X-KMS-Role", "backup").body())
        .contains("of the backup");
    assertThat(get("X-KMS-Token", "token").body()).contains("own");
  }

  @Test
  void whose_access_has_ended_is_admitted_anew() {
    pods.admit("token", "hers");
    get("X-KMS-Token", "token");
    pods.ended.add("token");

    var answer = get("X-KMS-Token", "token");

    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.body()).doesNotContain("hers");
    assertThat(pods.asked).containsExactly("token", "token");
  }

  @Test
  void a_token_that_is_rejected_on_the_connection_of_another_gets_nothing() {
    pods.admit("token", "hers");
    get("X-KMS-Token", "token");

    for (var wrong : List.of("tokem", "token2", "")) {
      assertThat(get("X-KMS-Token", wrong).status()).isEqualTo(403);
    }
    assertThat(get().status()).isEqualTo(403);
  }

  @ParameterizedTest
  @CsvSource({
    "X-KMS-Token, one, X-Vault-Token, other",
    "X-KMS-Token, one, X-KMS-Token, other",
    "X-KMS-Token, one, Authorization, Bearer other",
  })
  void different_tokens_in_one_request_are_a_bad_request(
      String header, String value, String second, String other) {
    pods.admit("one", "first");
    pods.admit("other", "second");

    assertThat(get(header, value, second, other).status()).isEqualTo(400);
    assertThat(pods.asked).isEmpty();
  }

  @Test
  void different_roles_in_one_request_are_a_bad_request() {
    pods.admit("one", "first");

    assertThat(get("X-KMS-Token", "one", "X-KMS-Role", "a", "X-KMS-Role", "b").status())
        .isEqualTo(400);
    assertThat(get("X-KMS-Token", "one", "X-KMS-Token", "one").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({"TOKEN, 403", "ROLE, 403", "RATE, 429", "UNAVAILABLE, 503", "FULL, 503"})
  void who_is_not_admitted_is_told_why(Reason reason, int status) {
    pods.admissions.put("token", new CallerAdmission.Rejected(reason, "the reason, for people"));

    var answer = get("X-KMS-Token", "token");

    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.body()).contains("the reason, for people");
    assertThat(answer.header("Retry-After")).isEqualTo(status > 403 ? "1" : "");
  }

  @Test
  void wrong_tokens_of_one_address_are_verified_fifty_times_in_ten_seconds() {
    pods.admit("token", "hers");
    get("X-KMS-Token", "token");
    for (int i = 0; i < 50; i++) {
      assertThat(get("X-KMS-Token", "wrong" + i).status()).isEqualTo(403);
    }

    assertThat(get("X-KMS-Token", "wrong").status()).isEqualTo(429);
    assertThat(pods.asked).hasSize(51);
    agent.time.advance(Duration.ofSeconds(10));
    assertThat(get("X-KMS-Token", "token").body()).contains("hers");
  }

  @Test
  void status_pages_need_no_token() {
    assertThat(agent.send(agent.port, "GET", "/ping").status()).isEqualTo(200);
    assertThat(agent.send(agent.port, "GET", "/readyz").status()).isEqualTo(200);
    assertThat(getAt("sys/health").status()).isEqualTo(200);
    assertThat(pods.asked).isEmpty();
  }

  @Test
  void what_is_no_secret_is_answered_once_the_caller_is_known() {
    pods.admit("token", "hers");

    assertThat(getAt("nothing/here", "X-KMS-Token", "token").status()).isEqualTo(404);
    assertThat(getAt("auth/token/lookup-self", "X-Vault-Token", "token").status()).isEqualTo(200);
    assertThat(getAt("secret/metadata/db", "X-Vault-Token", "token").status()).isEqualTo(200);
  }

  private Answer logIn(String body) {
    return agent.post("/v1/auth/kubernetes/login", body);
  }

  private JsonObject auth(String body) {
    var answer = logIn(body);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.json().getAsJsonObject("auth");
  }

  @Nested
  class A_login_of_a_client_of_Vault {
    private static final String AS_BACKUP = "{\"jwt\":\"a.b.c\",\"role\":\"backup\"}";

    @Test
    void gives_a_token_that_reads_with_the_role() {
      pods.admit("a.b.c as backup", "of the backup");

      var auth = auth(AS_BACKUP);
      var token = auth.get("client_token").getAsString();

      assertThat(auth.get("renewable").getAsBoolean()).isTrue();
      assertThat(auth.get("lease_duration").getAsLong()).isEqualTo(LIFE.toSeconds());
      assertThat(get("X-Vault-Token", token).body()).contains("of the backup");
      assertThat(getAt("auth/token/lookup-self", "X-Vault-Token", token).body())
          .contains("\"ttl\":" + LIFE.toSeconds())
          .contains(token);
    }

    @Test
    void needs_no_role_where_the_configuration_derives_it() {
      pods.admit("a.b.c", "own");

      var token = auth("{\"jwt\":\"a.b.c\"}").get("client_token").getAsString();

      assertThat(get("Authorization", "Bearer " + token).body()).contains("own");
    }

    @Test
    void with_an_altered_token_is_admitted_as_what_it_says_and_no_more() {
      pods.admit("a.b.c as backup", "of the backup");
      var token = auth(AS_BACKUP).get("client_token").getAsString();

      assertThat(get("X-Vault-Token", token + "x").status()).isEqualTo(403);
      for (var otherRole : List.of(".b3RoZXI.", ".%.", ".a.", ".")) {
        assertThat(get("X-Vault-Token", token.replaceFirst("\\.[^.]*\\.", otherRole)).status())
            .as(otherRole)
            .isEqualTo(403);
      }
      assertThat(get("X-Vault-Token", token, "X-KMS-Role", "other").status()).isEqualTo(400);
      assertThat(get("X-Vault-Token", token, "X-KMS-Role", "backup").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"", "[]", "{}", "{\"jwt\":null}", "{\"jwt\":\"\"}", "{\"role\":\"a\"}", "x"})
    void without_a_jwt_is_a_bad_request(String body) {
      assertThat(logIn(body).status()).isEqualTo(400);
      assertThat(pods.asked).isEmpty();
    }

    @Test
    void has_a_body_that_is_bounded_and_must_be_complete() throws IOException {
      var most = PodCallers.MAX_BODY_BYTES - "{\"jwt\":\"\"}".length();
      assertThat(logIn("{\"jwt\":\"" + "x".repeat(most) + "\"}").status()).isEqualTo(403);
      logIn("{\"jwt\":\"" + "x".repeat(most + 1) + "\"}").assertMessage(400, "longer than 4096");
      try (var client = new RawClient(agent.port)) {
        client.sendHead(
            "POST /v1/auth/kubernetes/login HTTP/1.1", "Host: localhost", "Content-Length: 1000");
        client.send("{}");
        client.endOutput();
        client.read().assertMessage(400, "not complete");
      }
    }

    @Test
    void with_a_wrong_token_is_told_why_and_counts_as_one_of_its_address() {
      for (int i = 0; i < 50; i++) {
        logIn("{\"jwt\":\"forged" + i + "\"}").assertMessage(403, "not genuine");
      }

      assertThat(logIn("{\"jwt\":\"forged\"}").status()).isEqualTo(429);
      assertThat(get("X-KMS-Token", "forged").status()).isEqualTo(429);
      assertThat(pods.asked).hasSize(50);
    }

    @Test
    void of_another_kind_is_refused() {
      assertThat(getAt("auth/approle/login").status()).isEqualTo(400);
      assertThat(getAt("auth/kubernetes/login").status()).isEqualTo(400);
    }
  }
}
