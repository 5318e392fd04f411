package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.Revision;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.event.ReadEvent.RequestRejected;
import dev.kmsagent.domain.port.in.AdmitCaller;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAdmission;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAdmission.Reason;
import dev.kmsagent.testkit.FakeRetrieval;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.http.AgentAnswer;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
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
  private static final Subject SUBJECT = new Subject("shop", "app");

  private final Pods pods = new Pods();
  @AutoClose private final TestAgent agent = new TestAgent(TestAgent.VAULT, pods);
  @AutoClose private final ClientConnection connection = new ClientConnection(agent.port);

  PodCallersTest() throws IOException {
    for (var caller : List.of("one", "other", "one/backup", "a.b.c", "a.b.c/backup")) {
      pods.admit(caller);
    }
  }

  /** Admits callers, by token and role, each to a secret with its name. */
  private final class Pods implements AdmitCaller {
    private final Map<String, CallerAdmission> admissions = new ConcurrentHashMap<>();
    private final Set<String> ended = ConcurrentHashMap.newKeySet();
    private final List<String> asked = new CopyOnWriteArrayList<>();

    /** Completed when the secret of each has changed. */
    private final CompletableFuture<Revision> change = new CompletableFuture<>();

    @Override
    public CompletionStage<CallerAdmission> admit(
        ConfidentialText token, Optional<String> role, String peer) {
      var caller = token.reveal() + role.map("/"::concat).orElse("");
      asked.add(caller);
      var unknown = new CallerAdmission.Rejected(Reason.TOKEN, "the token is not genuine");
      return CompletableFuture.completedStage(admissions.getOrDefault(caller, unknown));
    }

    void admit(String caller) {
      var secrets = new FakeRetrieval();
      var secret = Secrets.text("db", "v1", "{\"of\":\"" + caller + "\"}");
      secrets.answer("db", agent.found(secret, CacheState.HIT));
      secrets.changes.put("db", change);
      var expiry = agent.time.instant().plus(LIFE);
      var access = new FakeAccess(caller, SUBJECT, secrets, () -> ended.contains(caller), expiry);
      admissions.put(caller, new CallerAdmission.Admitted(access));
    }
  }

  private AgentAnswer get(String... headers) throws IOException {
    return getAt("secret/data/db", headers);
  }

  private AgentAnswer getAt(String path, String... headers) throws IOException {
    connection.sendHead(TestAgent.head("GET", "/v1/" + path, headers));
    return connection.read();
  }

  private AgentAnswer getAs(String token) throws IOException {
    return get("X-KMS-Token", token);
  }

  /** Whose secret the answer has. */
  private static String of(AgentAnswer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    var data = answer.json().getAsJsonObject("data").getAsJsonObject("data");
    return data.get("of").getAsString();
  }

  /** The callers of requests, and those that were admitted meanwhile. */
  @ParameterizedTest
  @CsvSource({
    "one one one,         one",
    "one other one,       one other one",
    "one one/backup one,  one one/backup one"
  })
  void each_caller_gets_its_own_secrets_and_is_admitted_once_unless_another_came_between(
      String callers, String admitted) throws IOException {
    for (var caller : callers.split(" ", -1)) {
      var parts = caller.split("/", -1);
      var answer =
          parts.length == 1 ? getAs(caller) : get("X-KMS-Token", parts[0], "X-KMS-Role", parts[1]);
      assertThat(of(answer)).isEqualTo(caller);
    }

    assertThat(pods.asked).containsExactly(admitted.split(" ", -1));
  }

  @Test
  void whose_access_ended_while_it_waited_for_a_change_is_admitted_anew() throws IOException {
    var tag = "W/\"" + Secrets.text("db", "v1", "").revision() + '"';
    connection.send(
        ClientConnection.request(
            "/v1/secret/data/db", "X-KMS-Token: one", "If-None-Match: " + tag, "Prefer: wait=55"));
    Patience.assertSoon(() -> agent.server.waitingRequests() == 1);
    assertThat(pods.asked).containsExactly("one");
    pods.ended.add("one");
    pods.change.complete(new Revision(0));

    assertThat(connection.read().status()).isEqualTo(503);
    assertThat(pods.asked).containsExactly("one", "one");
  }

  @Test
  void whose_access_has_ended_is_admitted_anew() throws IOException {
    getAs("one");
    pods.ended.add("one");

    assertThat(getAs("one").status()).isEqualTo(503);
    assertThat(pods.asked).containsExactly("one", "one");
  }

  @Test
  void a_token_that_is_rejected_on_the_connection_of_another_gets_nothing() throws IOException {
    getAs("one");

    for (var wrong : List.of("ome", "one2", "")) {
      assertThat(getAs(wrong).status()).isEqualTo(403);
    }
    assertThat(get().status()).isEqualTo(403);
  }

  @ParameterizedTest
  @CsvSource({
    "X-KMS-Token, one, X-Vault-Token, other,        400",
    "X-KMS-Token, one, X-KMS-Token,   other,        400",
    "X-KMS-Token, one, Authorization, Bearer other, 400",
    "X-KMS-Role,  a,   X-KMS-Role,    b,            400",
    "X-KMS-Token, one, X-Vault-Token, one,          200"
  })
  void different_tokens_or_roles_in_one_request_are_a_bad_request(
      String header, String value, String second, String other, int status) throws IOException {
    var headers = new ArrayList<>(List.of(header, value, second, other));
    if (header.equals("X-KMS-Role")) {
      headers.addAll(List.of("X-KMS-Token", "one"));
    }

    assertThat(get(headers.toArray(String[]::new)).status()).isEqualTo(status);
    assertThat(pods.asked).hasSize(status == 200 ? 1 : 0);
  }

  @ParameterizedTest
  @CsvSource({"TOKEN, 403", "ROLE, 403", "RATE, 429", "UNAVAILABLE, 503"})
  void who_is_not_admitted_is_told_why(Reason reason, int status) throws IOException {
    pods.admissions.put("one", new CallerAdmission.Rejected(reason, "the reason, for people"));

    var answer = getAs("one");

    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.body()).contains("the reason, for people");
    assertThat(answer.header("Retry-After")).isEqualTo(status > 403 ? "1" : "");
  }

  /** The token of a request, its path, and who is said to have sent it. */
  @ParameterizedTest
  @CsvSource({
    "forged,   secret/data/db,             403 Forbidden.Token from 127.0.0.1",
    "'',       secret/data/db,             403 Forbidden.Token from 127.0.0.1",
    "stranger, secret/data/db,             403 Forbidden.Role from 127.0.0.1 SUBJECT acs:ram::1:role/r",
    "one,      secret/data/db?maxStale=x,  400 InvalidParameter from 127.0.0.1 SUBJECT acs:ram::1:role/r",
    "one,      nothing/here,               404 InvalidPath from 127.0.0.1 SUBJECT acs:ram::1:role/r"
  })
  void a_rejection_tells_the_address_and_whose_token_was_verified_and_no_more(
      String token, String path, String told) throws IOException {
    pods.admissions.put(
        "stranger",
        new CallerAdmission.Rejected(
            Reason.ROLE, "STS refuses", Optional.of(SUBJECT), Optional.of(FakeAccess.ROLE)));
    getAs("other");

    var answer = getAt(path, "X-KMS-Token", token, "X-KMS-Note", "10.9.9.9");

    assertThat(agent.rejections()).containsExactly(told.replace("SUBJECT", SUBJECT.toString()));
    assertThat(agent.events.of(RequestRejected.class).getFirst().requestId())
        .isEqualTo(answer.header("X-Request-Id"));
  }

  @Test
  void status_pages_need_no_token() throws IOException {
    for (var page : List.of("/ping", "/readyz", "/v1/sys/health")) {
      assertThat(agent.send(agent.port, "GET", page).status()).isEqualTo(200);
    }
    assertThat(pods.asked).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"nothing/here, 404", "auth/token/lookup-self, 200", "secret/metadata/db, 200"})
  void what_is_no_secret_is_answered_once_the_caller_is_known(String path, int status)
      throws IOException {
    assertThat(getAt(path, "X-Vault-Token", "one").status()).isEqualTo(status);
  }

  private AgentAnswer logIn(String body) throws IOException {
    return logIn(body.length(), body);
  }

  private AgentAnswer logIn(int length, String body) throws IOException {
    try (var client = new ClientConnection(agent.port)) {
      var header = Integer.toString(length);
      client.sendHead(
          TestAgent.head("POST", "/v1/auth/kubernetes/login", "Content-Length", header));
      client.send(body);
      client.endOutput();
      return client.read();
    }
  }

  @Nested
  class A_login_of_a_client_of_Vault {
    private static final String AS_BACKUP = "{\"jwt\":\"a.b.c\",\"role\":\"backup\"}";

    private JsonObject auth(String body) throws IOException {
      var answer = logIn(body);
      assertThat(answer.status()).as(answer.body()).isEqualTo(200);
      return answer.json().getAsJsonObject("auth");
    }

    private String token(String body) throws IOException {
      return auth(body).get("client_token").getAsString();
    }

    @Test
    void ends_without_a_trace_and_the_token_of_the_pod_stays() throws IOException {
      var revoke = "auth/token/revoke-self";
      var token = token(AS_BACKUP);

      var ended = agent.send(agent.port, "POST", "/v1/" + revoke, "X-Vault-Token", token);
      assertThat(ended.status()).isEqualTo(204);
      assertThat(ended.body()).isEmpty();
      assertThat(of(get("X-Vault-Token", token))).isEqualTo("a.b.c/backup");
      assertThat(agent.send(agent.port, "POST", "/v1/" + revoke, "X-Vault-Token", "one").status())
          .isEqualTo(405);
    }

    @Test
    void needs_no_role_where_the_configuration_derives_it() throws IOException {
      var bearer = "Bearer " + token("{\"jwt\":\"a.b.c\"}");

      assertThat(of(get("Authorization", bearer))).isEqualTo("a.b.c");
    }

    @Test
    void with_an_altered_token_is_admitted_as_what_it_says_and_no_more() throws IOException {
      var token = token(AS_BACKUP);

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
    void without_a_jwt_is_a_bad_request(String body) throws IOException {
      assertThat(logIn(body).status()).isEqualTo(400);
      assertThat(pods.asked).isEmpty();
    }

    @Test
    void has_a_body_that_is_bounded_and_must_be_complete() throws IOException {
      var most = PodCallers.MAX_BODY_BYTES - "{\"jwt\":\"\"}".length();
      assertThat(logIn("{\"jwt\":\"" + "x".repeat(most) + "\"}").status()).isEqualTo(403);
      logIn("{\"jwt\":\"" + "x".repeat(most + 1) + "\"}").assertMessage(400, "longer than 4096");
      logIn(1000, "{}").assertMessage(400, "not complete");
    }

    @Test
    void of_another_kind_is_refused() throws IOException {
      assertThat(getAt("auth/approle/login").status()).isEqualTo(400);
      assertThat(getAt("auth/kubernetes/login").status()).isEqualTo(400);
    }
  }
}
