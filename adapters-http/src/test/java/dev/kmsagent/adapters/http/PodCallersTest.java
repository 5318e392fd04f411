package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kmsagent.adapters.http.dialect.DialectRenderer;
import dev.kmsagent.adapters.http.dialect.Dialects;
import dev.kmsagent.config.ServerConfig;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.PodIdentity;
import dev.kmsagent.domain.PodToken;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.port.AdmitCaller;
import dev.kmsagent.domain.port.AdmitCaller.CallerAccess;
import dev.kmsagent.domain.port.AdmitCaller.CallerAdmission;
import dev.kmsagent.domain.port.AdmitCaller.CallerAdmission.Reason;
import dev.kmsagent.domain.port.RetrieveSecret;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests of pods, each of which sends a token of its own. */
final class PodCallersTest {
  private static final Duration LIFE = Duration.ofHours(1);
  private static final Duration SKEW = Duration.ofMinutes(1);

  private final VirtualTime time = new VirtualTime();
  private final Pods pods = new Pods();
  private final HttpClient client = HttpClient.newHttpClient();
  private final AgentHttpServer server;
  private final int port;

  PodCallersTest() {
    var operations = new FakeOperations();
    server =
        new AgentHttpServer(
            new AgentHttpServer.Config(config(), Optional.empty()),
            new AgentHttpServer.Ports(
                new AgentHttpServer.Secrets.OfEachPod(pods),
                operations,
                operations,
                new RecordingEvents()),
            time,
            "test");
    port = ((AgentHttpServer.Start.Listening) server.start()).port();
  }

  private static ServerConfig config() {
    return TestAgent.server("HttpPort = 0\nVaultMount = \"secret\"");
  }

  @AfterEach
  void stop() {
    client.close();
    server.stop(Duration.ZERO);
  }

  /** Admits the tokens that it knows, each to secrets of its own. */
  private final class Pods implements AdmitCaller {
    private final Map<String, CallerAdmission> admissions = new ConcurrentHashMap<>();
    private final Map<String, Boolean> ended = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();

    @Override
    public CompletionStage<CallerAdmission> admit(PodToken token, Optional<String> role) {
      var name = token.reveal() + role.map(it -> " as " + it).orElse("");
      asked.add(name);
      return CompletableFuture.completedStage(
          admissions.getOrDefault(
              name, new CallerAdmission.Rejected(Reason.TOKEN, "the token is not genuine")));
    }

    void admit(String name, String value) {
      var secrets = new FakeRetrieval();
      var renderer =
          new DialectRenderer(
              Dialects.of(config()), Dialects.ofVaultBeside(config()), new Random(1));
      var secret = Secrets.text("db", "v1", "{\"password\":\"" + value + "\"}");
      var policy = new FreshnessPolicy(Duration.ofMinutes(5), 0, 0.8, Duration.ofDays(1));
      var entry = policy.entry(secret, renderer.render(secret), time.instant(), 0);
      secrets.answer("db", new Found(entry, CacheState.HIT));
      admissions.put(name, new CallerAdmission.Admitted(access(name, secrets)));
    }

    private CallerAccess access(String name, RetrieveSecret secrets) {
      return new CallerAccess() {
        @Override
        public Optional<RetrieveSecret> secrets() {
          return ended.containsKey(name) ? Optional.empty() : Optional.of(secrets);
        }

        @Override
        public PodIdentity identity() {
          var expiry = time.instant().plus(LIFE);
          return new PodIdentity(
              PodToken.of(name), new Subject("shop", "app"), "pod", expiry, expiry.plus(SKEW));
        }
      };
    }
  }

  private HttpResponse<String> get(String... headers) throws IOException, InterruptedException {
    return getAt("/v1/secret/data/db", headers);
  }

  private HttpResponse<String> getAt(String path, String... headers)
      throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  @Test
  void a_pod_is_admitted_once_for_all_requests_of_its_connection() throws Exception {
    pods.admit("token", "hers");

    for (int i = 0; i < 3; i++) {
      var answer = get("X-KMS-Token", "token");
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).contains("hers");
    }

    assertThat(pods.asked).containsExactly("token");
  }

  @Test
  void another_token_on_the_same_connection_gets_its_own_secrets() throws Exception {
    pods.admit("one", "first");
    pods.admit("other", "second");

    assertThat(get("X-Vault-Token", "one").body()).contains("first");
    assertThat(get("X-Vault-Token", "other").body()).contains("second");
    assertThat(get("Authorization", "Bearer one").body()).contains("first");
    assertThat(pods.asked).containsExactly("one", "other", "one");
  }

  @Test
  void another_role_on_the_same_connection_is_admitted_anew() throws Exception {
    pods.admit("token", "own");
    pods.admit("token as backup", "of the backup");

    assertThat(get("X-KMS-Token", "token").body()).contains("own");
    assertThat(get("X-KMS-Token", "token", "X-KMS-Role", "backup").body())
        .contains("of the backup");
    assertThat(get("X-KMS-Token", "token").body()).contains("own");
  }

  @Test
  void whose_access_has_ended_is_admitted_anew() throws Exception {
    pods.admit("token", "hers");
    get("X-KMS-Token", "token");
    pods.ended.put("token", true);

    var answer = get("X-KMS-Token", "token");

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).doesNotContain("hers");
    assertThat(pods.asked).containsExactly("token", "token");
  }

  @Test
  void a_token_that_is_rejected_on_the_connection_of_another_gets_nothing() throws Exception {
    pods.admit("token", "hers");
    get("X-KMS-Token", "token");

    assertThat(get("X-KMS-Token", "tokem").statusCode()).isEqualTo(403);
    assertThat(get("X-KMS-Token", "token2").statusCode()).isEqualTo(403);
    assertThat(get("X-KMS-Token", "").statusCode()).isEqualTo(403);
    assertThat(get().statusCode()).isEqualTo(403);
  }

  @ParameterizedTest
  @CsvSource({
    "X-KMS-Token, one, X-Vault-Token, other",
    "X-KMS-Token, one, X-KMS-Token, other",
    "X-KMS-Token, one, Authorization, Bearer other",
  })
  void different_tokens_in_one_request_are_a_bad_request(
      String header, String value, String second, String other) throws Exception {
    pods.admit("one", "first");
    pods.admit("other", "second");

    assertThat(get(header, value, second, other).statusCode()).isEqualTo(400);
    assertThat(pods.asked).isEmpty();
  }

  @Test
  void different_roles_in_one_request_are_a_bad_request() throws Exception {
    pods.admit("one", "first");

    assertThat(get("X-KMS-Token", "one", "X-KMS-Role", "a", "X-KMS-Role", "b").statusCode())
        .isEqualTo(400);
    assertThat(get("X-KMS-Token", "one", "X-KMS-Token", "one").statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "TOKEN, 403",
    "ROLE, 403",
    "RATE, 429",
    "UNAVAILABLE, 503",
    "FULL, 503",
  })
  void who_is_not_admitted_is_told_why(Reason reason, int status) throws Exception {
    pods.admissions.put("token", new CallerAdmission.Rejected(reason, "the reason, for people"));

    var answer = get("X-KMS-Token", "token");

    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.body()).contains("the reason, for people");
    assertThat(answer.headers().firstValue("Retry-After").isPresent()).isEqualTo(status > 403);
  }

  @Test
  void wrong_tokens_of_one_address_are_verified_fifty_times_in_ten_seconds() throws Exception {
    pods.admit("token", "hers");
    get("X-KMS-Token", "token");
    for (int i = 0; i < 50; i++) {
      assertThat(get("X-KMS-Token", "wrong" + i).statusCode()).isEqualTo(403);
    }

    assertThat(get("X-KMS-Token", "wrong").statusCode()).isEqualTo(429);
    assertThat(pods.asked).hasSize(51);
    time.advance(Duration.ofSeconds(10));
    assertThat(get("X-KMS-Token", "token").body()).contains("hers");
  }

  @Test
  void status_pages_need_no_token() throws Exception {
    assertThat(getAt("/ping").statusCode()).isEqualTo(200);
    assertThat(getAt("/readyz").statusCode()).isEqualTo(200);
    assertThat(getAt("/v1/sys/health").statusCode()).isEqualTo(200);
    assertThat(pods.asked).isEmpty();
  }

  @Test
  void what_is_no_secret_is_answered_once_the_caller_is_known() throws Exception {
    pods.admit("token", "hers");

    assertThat(getAt("/nothing/here", "X-KMS-Token", "token").statusCode()).isEqualTo(404);
    assertThat(getAt("/v1/auth/token/lookup-self", "X-Vault-Token", "token").statusCode())
        .isEqualTo(200);
    assertThat(getAt("/v1/secret/metadata/db", "X-Vault-Token", "token").statusCode())
        .isEqualTo(200);
  }

  private HttpResponse<String> logIn(String body) throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/auth/kubernetes/login"))
            .POST(HttpRequest.BodyPublishers.ofString(body));
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private static JsonObject auth(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JsonParser.parseString(answer.body()).getAsJsonObject().getAsJsonObject("auth");
  }

  @Nested
  class A_login_of_a_client_of_Vault {
    @Test
    void gives_a_token_that_reads_with_the_role() throws Exception {
      pods.admit("a.b.c as backup", "of the backup");

      var auth = auth(logIn("{\"jwt\":\"a.b.c\",\"role\":\"backup\"}"));
      var token = auth.get("client_token").getAsString();

      assertThat(auth.get("renewable").getAsBoolean()).isTrue();
      assertThat(auth.get("lease_duration").getAsLong()).isEqualTo(LIFE.toSeconds());
      assertThat(get("X-Vault-Token", token).body()).contains("of the backup");
      var renewed = getAt("/v1/auth/token/lookup-self", "X-Vault-Token", token);
      assertThat(renewed.body()).contains("\"ttl\":" + LIFE.toSeconds()).contains(token);
    }

    @Test
    void needs_no_role_where_the_configuration_derives_it() throws Exception {
      pods.admit("a.b.c", "own");

      var token = auth(logIn("{\"jwt\":\"a.b.c\"}")).get("client_token").getAsString();

      assertThat(get("Authorization", "Bearer " + token).body()).contains("own");
    }

    @Test
    void with_an_altered_token_is_admitted_as_what_it_says_and_no_more() throws Exception {
      pods.admit("a.b.c as backup", "of the backup");
      var token =
          auth(logIn("{\"jwt\":\"a.b.c\",\"role\":\"backup\"}")).get("client_token").getAsString();

      assertThat(get("X-Vault-Token", token + "x").statusCode()).isEqualTo(403);
      assertThat(get("X-Vault-Token", token.replaceFirst("\\.[^.]*\\.", ".b3RoZXI.")).statusCode())
          .isEqualTo(403);
      assertThat(get("X-Vault-Token", token.replaceFirst("\\.[^.]*\\.", ".%.")).statusCode())
          .isEqualTo(403);
      assertThat(get("X-Vault-Token", token, "X-KMS-Role", "other").statusCode()).isEqualTo(400);
      assertThat(get("X-Vault-Token", token, "X-KMS-Role", "backup").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"", "[]", "{}", "{\"jwt\":null}", "{\"jwt\":\"\"}", "{\"role\":\"a\"}", "x"})
    void without_a_jwt_is_a_bad_request(String body) throws Exception {
      assertThat(logIn(body).statusCode()).isEqualTo(400);
      assertThat(logIn("{\"jwt\":\"" + "x".repeat(20_000) + "\"}").statusCode()).isEqualTo(400);
      assertThat(pods.asked).isEmpty();
    }

    @Test
    void that_is_not_admitted_is_told_why() throws Exception {
      assertThat(logIn("{\"jwt\":\"forged\"}").statusCode()).isEqualTo(403);
    }

    @Test
    void with_a_wrong_token_counts_as_one_of_its_address() throws Exception {
      for (int i = 0; i < 50; i++) {
        assertThat(logIn("{\"jwt\":\"forged" + i + "\"}").statusCode()).isEqualTo(403);
      }

      assertThat(logIn("{\"jwt\":\"forged\"}").statusCode()).isEqualTo(429);
      assertThat(get("X-KMS-Token", "forged").statusCode()).isEqualTo(429);
      assertThat(pods.asked).hasSize(50);
    }

    @Test
    void of_another_kind_is_refused_as_before() throws Exception {
      assertThat(getAt("/v1/auth/approle/login").statusCode()).isEqualTo(400);
      assertThat(getAt("/v1/auth/kubernetes/login").statusCode()).isEqualTo(400);
    }
  }
}
