package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kmsagent.adapters.http.vault.VaultRoutes;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.Health;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.http.AgentAnswer;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Vault's routes. That the answers have all fields that clients need is shown with the requests of
 * such clients ({@code VaultRequestsTest} of {@code bootstrap}).
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VaultApiTest {
  private static final String VAULT = "ResponseType = 2\n" + TestAgent.VAULT;

  @AutoClose private final TestAgent agent = new TestAgent(VAULT);

  VaultApiTest() {
    agent.give(Secrets.text("db", "v7", "{\"user\":\"u\"}"));
  }

  private AgentAnswer call(String method, String path, String... headers) {
    return agent.send(agent.port, method, "/v1/" + path, headers);
  }

  private AgentAnswer authorized(String method, String path) {
    return call(method, path, "X-Vault-Token", TestAgent.TOKEN);
  }

  private static JsonObject ok(AgentAnswer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    return answer.json();
  }

  /** The data in an envelope, which has the id of its answer. */
  private static JsonObject data(AgentAnswer answer) {
    assertThat(ok(answer).get("request_id").getAsString())
        .isEqualTo(answer.header("X-Request-Id"))
        .isNotEmpty();
    return answer.json().getAsJsonObject("data");
  }

  private static String value(AgentAnswer answer) {
    return ok(answer).getAsJsonObject("data").get("data").toString();
  }

  @ParameterizedTest
  @CsvSource({"UP,200,false", "DEGRADED,200,false", "DOWN,503,true"})
  void health_follows_readiness(Health.Status readiness, int status, boolean sealed)
      throws IOException {
    agent.operations.readiness(readiness);
    var answer = call("GET", "sys/health?activecode=299&sealedcode=298");
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.json().get("sealed").getAsBoolean()).isEqualTo(sealed);
    try (var client = new ClientConnection(agent.port)) {
      client.sendHead("HEAD /v1/sys/health HTTP/1.1", "Host: localhost");
      assertThat(client.readHead().status()).isEqualTo(status);
      client.send(ClientConnection.request("/ping"));
      assertThat(client.read().body()).as("after a HEAD without a body").isEqualTo("healthy");
    }
    agent.operations.readiness(Health.Status.UP);
  }

  @ParameterizedTest
  @ValueSource(strings = {"sys/health", "sys/seal-status", "sys/init", "sys/leader"})
  void a_route_without_a_token_checks_forwarding_and_method(String path) {
    assertThat(ok(call("GET", path)).keySet()).doesNotContain("request_id");
    call("GET", path, "Via", "1.1 proxy").assertVaultError(400, "Via");
    call("POST", path).assertVaultError(405, "read-only");
  }

  @ParameterizedTest
  @CsvSource({
    "GET, sys/mounts",
    "GET, sys/internal/ui/mounts/secret/app",
    "GET, auth/token/lookup-self",
    "PUT, auth/token/renew-self",
    "GET, secret/data/db",
    "GET, secret/data/db?version=1",
    "GET, secret/metadata/db",
    "GET, secret/metadata?list=true",
    "GET, sys/healthy",
    "GET, sys/health/",
    "GET, nowhere"
  })
  void every_other_route_needs_the_token(String method, String path) {
    call(method, path).assertVaultError(403, "no token");
    call(method, path, "Authorization", "Bearer wrong").assertVaultError(403, "a wrong token");
    call(method, path, "Authorization", TestAgent.TOKEN).assertVaultError(403, "no token");
    call(method, path, "Authorization", "Basic " + TestAgent.TOKEN)
        .assertVaultError(403, "no token");
  }

  /** A client that adds the TTL to the creation finds no token that has ended. */
  @ParameterizedTest
  @CsvSource({"GET, Bearer", "POST, bearer"})
  void the_token_may_be_a_bearer_token_and_is_a_periodic_one_that_was_made_just_now(
      String method, String scheme) {
    var authorization = scheme + " " + TestAgent.TOKEN;
    var data = data(call(method, "auth/token/lookup-self", "Authorization", authorization));
    assertThat(data.get("id").getAsString()).isEqualTo(TestAgent.TOKEN);
    assertThat(data.get("ttl").getAsInt()).isEqualTo(2764800);
    assertThat(data.get("creation_time").getAsLong())
        .isEqualTo(agent.time.instant().getEpochSecond());
  }

  @ParameterizedTest
  @CsvSource({"X-Vault-Token,''", "Authorization,'Bearer '"})
  void the_token_is_the_one_that_was_sent_even_if_it_is_replaced_meanwhile(
      String header, String prefix) {
    try (var rotating = new TestAgent(VAULT)) {
      rotating.tokens.add(new ConfidentialText("the next token"));
      var path = "/v1/auth/token/renew-self";
      var answer = rotating.send(rotating.port, "POST", path, header, prefix + TestAgent.TOKEN);
      assertThat(ok(answer).getAsJsonObject("auth").get("client_token").getAsString())
          .isEqualTo(TestAgent.TOKEN);
    }
  }

  @ParameterizedTest
  @CsvSource({"userpass/login/me", "kubernetes/login", "a/b/login", "oidc/oidc/auth_url"})
  void a_login_is_refused_with_and_without_a_token(String path) {
    call("POST", "auth/" + path).assertVaultError(400, "no logins");
    authorized("PUT", "auth/" + path).assertVaultError(400, "no logins");
  }

  /** A separator of lines, at which a pattern could start over and over. */
  @Test
  void a_login_is_known_whatever_its_path_contains() {
    assertThat(VaultRoutes.isLogin("/v1/auth/login/\u2028")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"auth/token/lookup-self, 200", "auth/userpass/login/me, 400"})
  void a_body_is_not_read(String path, int status) {
    var answer =
        agent.raw(
            "POST /v1/" + path + " HTTP/1.1",
            "Host: localhost",
            "Content-Length: 1000000000",
            "X-Vault-Token: " + TestAgent.TOKEN);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.header("Connection")).isEqualTo("close");
  }

  @ParameterizedTest
  @ValueSource(strings = {"secret", "secret/", "secret/data/app/dev"})
  void the_mount_is_a_kv_engine_of_version_2(String path) {
    var data = data(authorized("GET", "sys/internal/ui/mounts/" + path));
    assertThat(data.get("path").getAsString()).isEqualTo("secret/");
    assertThat(data.get("options")).hasToString("{\"version\":\"2\"}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"secret/data", "secret/data/", "secret/db"})
  void a_path_in_the_mount_to_no_secret_is_warned_of(String path) {
    var answer = authorized("GET", path);
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.json().get("data").isJsonNull()).isTrue();
    assertThat(answer.body()).contains("use 'vault kv get'");
  }

  /** Methods, paths, and the refusals that those with the token get. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          GET              | sys/internal/ui/mounts/other/app    | 403 | no KV engine
          GET              | sys/internal/ui/mounts/secrets/app  | 403 | no KV engine
          LIST GET         | sys?list=true                       | 405 | read-only
          GET              | secret/data/db?list=1               | 405 | read-only
          GET              | secret/data/db?version=1&list=True  | 405 | read-only
          OPTIONS          | secret/data/db                      | 405 | read-only
          POST LIST DELETE | secret/metadata/db                  | 405 | read-only
          GET              | sys/leases/renew                    | 404 | nothing at this path
          GET              | secret                              | 404 | nothing at this path
          GET              | secret/                             | 404 | nothing at this path
          GET              | secret/data/db?version=             | 400 | whole number
          GET              | secret/data/db?version=1.5          | 400 | whole number
          GET              | secret/data/db?version=1&version=2  | 400 | one whole number
          GET              | secret/data/db?version=1&versionId=v1 | 400 | versionId
          GET              | secret/data/db?prefix=app.&refreshNow=x | 400 | refreshNow
          POST PUT         | auth/token/revoke-self              | 405 | read-only
          GET              | secret/metadata/%01                 | 400 | control
          GET              | secret/metadata/db?versionId=v1     | 400 | versionId
          GET              | secret/data/db?version=1&rejected=v1 | 400 | rejected
          GET              | secret/metadata/db?rejected=v1      | 400 | rejected
          """)
  void a_request_is_refused(String methods, String path, int status, String message) {
    for (var method : methods.split(" ", -1)) {
      authorized(method, path).assertVaultError(status, message);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "X-Vault-Namespace, /,         200, user",
    "X-Vault-Namespace, root/,     200, user",
    "X-Vault-Namespace, root/team, 400, namespaces",
    "X-Vault-Wrap-TTL,  0,         200, user",
    "X-Vault-Wrap-TTL,  1m,        400, wrap",
    "X-Vault-Wrap-TTL,  soon,      400, wrap"
  })
  void a_request_for_a_namespace_or_a_wrapped_answer_is_refused(
      String header, String value, int status, String body) {
    var path = "secret/data/db";
    call("GET", path, "X-Vault-Token", TestAgent.TOKEN, header, value).assertMessage(status, body);
    call("GET", path, header, value).assertVaultError(403, "token");
  }

  @ParameterizedTest
  @ValueSource(strings = {"?version=-1", "?&version=0&", "?refreshNow=true", "?prefix=app.&a=%zz"})
  void a_request_for_the_current_version_gets_it(String query) {
    assertThat(value(authorized("GET", "secret/data/db" + query))).isEqualTo("{\"user\":\"u\"}");
  }

  @Test
  void a_path_with_dot_segments_names_a_secret() {
    assertThat(agent.get("/v1/secret/data/../../sys/health").status()).isEqualTo(404);
    assertThat(agent.secrets.requests("../../sys/health")).hasSize(1);
  }

  /** By number, and metadata: what the current and the previous version answer. */
  @Nested
  class Versions {
    private static final SecretQuery CURRENT = Secrets.current("db");
    private static final SecretQuery PREVIOUS = Secrets.byStage("db", "ACSPrevious");

    @AutoClose private final TestAgent versioned = new TestAgent(VAULT);

    Versions() {
      versioned.give(secret("v7", "2026-01-07"));
      previousIs(versioned.found(secret("4", "2026-01-04"), CacheState.MISS));
    }

    private void previousIs(Retrieval previous) {
      versioned.secrets.answerTo(PREVIOUS, previous);
    }

    private static Secret secret(String version, String day) {
      var text = Secrets.text("db", version, "{\"version\":\"" + version + "\"}");
      var created = Map.of(SecretAttribute.CREATE_TIME, day + "T00:00:00Z");
      return new Secret(
          text.name(), text.version(), text.stages(), text.dataType(), text.value(), created);
    }

    private AgentAnswer get(String path) {
      return versioned.get("/v1/secret/" + path);
    }

    private static void assertVersion(AgentAnswer answer, String id) {
      assertThat(value(answer)).isEqualTo("{\"version\":\"" + id + "\"}");
    }

    private JsonObject metadata() {
      return data(get("metadata/db"));
    }

    @Test
    void metadata_has_the_two_versions_and_no_value() {
      assertThat(metadata().get("current_version").getAsInt()).isEqualTo(7);
      assertThat(metadata().get("oldest_version").getAsInt()).isEqualTo(4);
      assertThat(metadata().get("created_time").getAsString()).isEqualTo("2026-01-04T00:00:00Z");
      assertThat(metadata().get("updated_time").getAsString()).isEqualTo("2026-01-07T00:00:00Z");
      assertThat(metadata().getAsJsonObject("versions").keySet()).containsExactly("7", "4");
      assertThat(get("metadata/db").body()).doesNotContain("\"version\"");
    }

    @Test
    void are_the_current_one_alone_where_there_is_no_other() {
      var sameNumber = versioned.found(secret("7", "2026-01-04"), CacheState.MISS);
      for (var previous : List.of(Secrets.noSuchVersion(), Secrets.unreachable(), sameNumber)) {
        previousIs(previous);
        assertThat(metadata().getAsJsonObject("versions").keySet()).containsExactly("7");
        assertThat(metadata().get("created_time").getAsString()).isEqualTo("2026-01-07T00:00:00Z");
        assertVersion(get("data/db?version=7"), "v7");
      }
    }

    @ParameterizedTest
    @ValueSource(strings = {"metadata/none", "data/none?version=1"})
    void of_a_secret_that_cannot_be_read_are_none(String path) {
      get(path).assertVaultError(404, "Forbidden.ResourceNotFound");
      versioned.secrets.answer("none", Secrets.denied());
      get(path).assertVaultError(403, "Forbidden.NoPermission");
      assertThat(versioned.secrets.requests("none"))
          .allMatch(request -> request.query().isForCurrent())
          .hasSize(2);
    }

    @Test
    void that_are_current_are_read_by_their_number_with_one_read() {
      assertVersion(get("data/db?version=7"), "v7");
      assertThat(versioned.secrets.requests("db"))
          .extracting(request -> request.query())
          .containsExactly(CURRENT);
    }

    @Test
    void that_are_previous_are_read_by_their_number_with_the_other_parameters() {
      assertVersion(get("data/db?version=4"), "4");
      assertVersion(get("data/db?version=4&refreshNow=true"), "4");
      assertThat(get("data/db?version=4&field=version&maxStale=0").body()).isEqualTo("4");
      assertThat(versioned.secrets.bounds).filteredOn(Duration.ZERO::equals).hasSize(2);
      assertThat(versioned.secrets.requests("db"))
          .filteredOn(request -> request.query().equals(PREVIOUS))
          .extracting(request -> request.mode())
          .containsExactly(ReadMode.CACHED, ReadMode.REFRESH_NOW, ReadMode.CACHED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "1", "2147483647", "4294967303", "999999999999"})
    void with_a_number_that_neither_has_are_not_found(String number) {
      get("data/db?version=" + number).assertVaultError(404, "NoSuchVersion");
      previousIs(Secrets.noSuchVersion());
      get("data/db?version=" + number).assertVaultError(404, "versionId");
    }

    @Test
    void that_are_previous_and_cannot_be_read_are_not_said_to_be_missing() {
      previousIs(Secrets.unreachable());
      get("data/db?version=5").assertVaultError(502, "UpstreamUnavailable");
      previousIs(Secrets.denied());
      get("data/db?version=5").assertVaultError(403, "Forbidden.NoPermission");
      assertVersion(get("data/db?version=7"), "v7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"data/db?version=7", "metadata/db"})
    void fail_and_no_more_by_a_bug_in_between(String path) {
      versioned.secrets.breakDown(new IllegalStateException("secret"));
      get(path).assertVaultError(500, "InternalFailure");
    }
  }

  /** Each path has one dialect, for secrets and failures. */
  @Nested
  class Beside_another_dialect {
    private static final String VALUE = "{\"password\":\"pw\"}";
    private static final String OWN = "/secretsmanager/get?secretId=db";
    private static final String VAULTS = "/v1/secret/data/db";

    @AutoClose private final TestAgent aws = new TestAgent("ResponseType = 1\n" + TestAgent.VAULT);

    Beside_another_dialect() {
      aws.hold(Secrets.text("db", "v1", VALUE));
    }

    @Test
    void one_secret_is_served_in_the_dialect_of_each_path_cached_and_waited_for() {
      assertThat(aws.get(OWN).text("SecretString")).isEqualTo(VALUE);
      assertThat(value(aws.get(VAULTS))).isEqualTo(VALUE);
      assertThat(aws.get(OWN).json().has("SecretString")).isTrue();
      assertThat(aws.get(OWN).header("X-Request-Id"))
          .isNotEqualTo(aws.get(VAULTS).header("X-Request-Id"));

      aws.give(Secrets.text("db", "v2", VALUE));
      assertThat(aws.get(OWN + "&refreshNow=true").json().has("SecretString")).isTrue();
      assertThat(value(aws.get(VAULTS + "?refreshNow=true"))).isEqualTo(VALUE);
      assertThat(value(aws.get(VAULTS + "?version=2"))).isEqualTo(VALUE);
      assertThat(aws.get("/v1/secret/metadata/db").body()).contains("\"current_version\":2");
    }

    @ParameterizedTest
    @CsvSource({"field=password, pw", "field=., '{\"password\":\"pw\"}'"})
    void a_field_is_the_same_on_both_paths(String parameter, String value) {
      assertThat(aws.get(OWN + '&' + parameter).body()).isEqualTo(value);
      assertThat(aws.get(VAULTS + '?' + parameter).body()).isEqualTo(value);
    }

    @Test
    void failures_have_the_dialect_of_their_path() {
      aws.secrets.answer("none", Secrets.denied());

      aws.get("/v1/secret/data/none").assertVaultError(403, "Forbidden.NoPermission");
      aws.get("/v1/secret/data/none?version=1").assertVaultError(403, "Forbidden.NoPermission");
      assertThat(aws.get("/secretsmanager/get?secretId=none").body())
          .contains("__type")
          .doesNotContain("errors");
      aws.send(aws.port, "GET", VAULTS).assertVaultError(403, "Forbidden.Token");
      assertThat(aws.send(aws.port, "GET", OWN).body()).doesNotContain("errors");
    }

    @Test
    void stages_are_spelt_as_clients_of_the_path_do() {
      aws.get(OWN + "&versionStage=AWSPREVIOUS");
      aws.get(VAULTS + "?versionStage=ACSPrevious");

      assertThat(aws.secrets.requests("db"))
          .extracting(request -> request.query())
          .containsOnly(Secrets.byStage("db", "ACSPrevious"));
    }
  }
}
