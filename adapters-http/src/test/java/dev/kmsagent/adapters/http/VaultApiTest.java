package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kmsagent.adapters.http.vault.VaultRoutes;
import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.domain.Health;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import org.junit.jupiter.api.AutoClose;
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
  private static final String APP = "app/dev/secret-1";
  private static final String DATA = "secret/data/" + APP;
  private static final String VAULT = "ResponseType = 2\n" + TestAgent.VAULT;

  @AutoClose private final TestAgent agent = new TestAgent(VAULT);

  VaultApiTest() {
    agent.hold(Secrets.text(APP, "v3", "{\"user\":\"u\"}"));
  }

  private Answer call(String method, String path, String... headers) {
    return agent.send(agent.port, method, "/v1/" + path, headers);
  }

  private Answer authorized(String method, String path) {
    return call(method, path, "X-Vault-Token", TestAgent.TOKEN);
  }

  private static JsonObject ok(Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    return answer.json();
  }

  private static String user(Answer answer) {
    var data = ok(answer).getAsJsonObject("data").getAsJsonObject("data");
    return data.get("user").getAsString();
  }

  @ParameterizedTest
  @CsvSource({"UP,200,false", "DEGRADED,200,false", "DOWN,503,true"})
  void health_follows_readiness(Health.Status readiness, int status, boolean sealed)
      throws IOException {
    agent.operations.readiness(readiness);
    var answer = call("GET", "sys/health?activecode=299&sealedcode=298");
    try (var client = new RawClient(agent.port)) {
      client.sendHead("HEAD /v1/sys/health HTTP/1.1", "Host: localhost");
      assertThat(client.readHead().status()).isEqualTo(status);
      client.sendHead("GET /ping HTTP/1.1", "Host: localhost");
      assertThat(client.read().body()).as("after a HEAD without a body").isEqualTo("healthy");
    }
    agent.operations.readiness(Health.Status.UP);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.json().get("sealed").getAsBoolean()).isEqualTo(sealed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"sys/health", "sys/seal-status", "sys/init", "sys/leader"})
  void a_route_without_a_token_checks_forwarding_and_method(String path) {
    assertThat(ok(call("GET", path)).keySet()).doesNotContain("request_id");
    call("GET", path, "Via", "1.1 proxy").assertVaultError(400, "Via");
    call("POST", path).assertVaultError(405, "read-only");
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          GET, sys/mounts
          GET, sys/internal/ui/mounts/secret/app
          GET, auth/token/lookup-self
          PUT, auth/token/renew-self
          GET, secret/data/app/dev/secret-1
          GET, secret/data/app/dev/secret-1?version=1
          GET, secret/metadata/app/dev/secret-1
          GET, secret/metadata?list=true
          GET, sys/healthy
          GET, sys/health/
          GET, nowhere
          """)
  void every_other_route_needs_the_token(String method, String path) {
    call(method, path).assertVaultError(403, "no token");
    call(method, path, "Authorization", "Bearer wrong").assertVaultError(403, "a wrong token");
    call(method, path, "Authorization", TestAgent.TOKEN).assertVaultError(403, "no token");
    call(method, path, "Authorization", "Basic " + TestAgent.TOKEN)
        .assertVaultError(403, "no token");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer ", "bearer "})
  void the_token_may_be_a_bearer_token(String scheme) {
    assertThat(user(call("GET", DATA, "Authorization", scheme + TestAgent.TOKEN))).isEqualTo("u");
  }

  /** A client that adds the TTL to the creation finds no token that has ended. */
  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST"})
  void the_token_is_a_periodic_one_that_was_made_just_now(String method) {
    var data = ok(authorized(method, "auth/token/lookup-self")).getAsJsonObject("data");
    assertThat(data.get("id").getAsString()).isEqualTo(TestAgent.TOKEN);
    assertThat(data.get("ttl").getAsInt()).isEqualTo(2764800);
    assertThat(data.get("creation_time").getAsLong())
        .isEqualTo(agent.time.instant().getEpochSecond());
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT"})
  void the_token_is_renewed_and_stays_the_same(String method) {
    var auth = ok(authorized(method, "auth/token/renew-self")).getAsJsonObject("auth");
    assertThat(auth.get("client_token").getAsString()).isEqualTo(TestAgent.TOKEN);
    assertThat(auth.get("lease_duration").getAsInt()).isEqualTo(2764800);
  }

  @ParameterizedTest
  @CsvSource({"X-Vault-Token,''", "Authorization,'Bearer '"})
  void the_token_is_the_one_that_was_sent_even_if_it_is_replaced_meanwhile(
      String header, String prefix) {
    try (var rotating = new TestAgent(VAULT)) {
      rotating.rotations.add(new ConfidentialText("the next token"));
      var path = "/v1/auth/token/renew-self";
      var answer = rotating.send(rotating.port, "POST", path, header, prefix + TestAgent.TOKEN);
      var auth = ok(answer).getAsJsonObject("auth");
      assertThat(auth.get("client_token").getAsString()).isEqualTo(TestAgent.TOKEN);
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
  @ValueSource(
      strings = {"sys/mounts", "auth/token/lookup-self", "secret/metadata/" + APP, "secret/" + APP})
  void an_envelope_has_the_id_of_its_answer(String path) {
    var answer = authorized("GET", path);
    assertThat(answer.json().get("request_id").getAsString())
        .isEqualTo(answer.header("X-Request-Id"))
        .isNotEmpty();
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
  @ValueSource(strings = {"secret", "secret/", "secret/app", "secret/data/app/dev"})
  void the_mount_is_a_kv_engine_of_version_2(String path) {
    var info = authorized("GET", "sys/internal/ui/mounts/" + path);
    var data = ok(info).getAsJsonObject("data");
    assertThat(data.get("path").getAsString()).isEqualTo("secret/");
    assertThat(data.get("options")).isEqualTo(JsonParser.parseString("{\"version\":\"2\"}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"secret/data", "secret/data/", "secret/" + APP})
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
          LIST GET         | secret/metadata?list=true           | 405 | read-only
          LIST GET         | sys?list=true                       | 405 | read-only
          GET              | DATA?list=1                         | 405 | read-only
          GET              | DATA?version=1&list=True            | 405 | read-only
          POST PUT PATCH   | DATA                                | 405 | read-only
          DELETE OPTIONS   | DATA                                | 405 | read-only
          POST LIST DELETE | secret/metadata/app                 | 405 | read-only
          POST PUT         | sys/leases/renew                    | 405 | read-only
          POST             | auth/token/revoke-self              | 405 | read-only
          POST             | auth/token/lookup                   | 405 | read-only
          GET              | sys/leases/renew                    | 404 | nothing at this path
          GET              | nowhere                             | 404 | nothing at this path
          GET              | secret                              | 404 | nothing at this path
          GET              | secret/                             | 404 | nothing at this path
          GET              | DATA?version=x                      | 400 | whole number
          GET              | DATA?version=                       | 400 | whole number
          GET              | DATA?version=1.5                    | 400 | whole number
          GET              | DATA?version=1&version=2            | 400 | one whole number
          GET              | DATA?version=1&versionId=v1         | 400 | versionId
          GET              | DATA?other=1                        | 400 | other
          GET              | secret/metadata/%01                 | 400 | control
          GET              | secret/metadata/app?versionId=v1    | 400 | versionId
          """)
  void a_request_is_refused(String methods, String path, int status, String message) {
    for (var method : methods.split(" ", -1)) {
      authorized(method, path.replace("DATA", DATA)).assertVaultError(status, message);
    }
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          X-Vault-Namespace, '',        200, user
          X-Vault-Namespace, /,         200, user
          X-Vault-Namespace, root,      200, user
          X-Vault-Namespace, root/,     200, user
          X-Vault-Namespace, team,      400, namespaces
          X-Vault-Namespace, root/team, 400, namespaces
          X-Vault-Wrap-TTL,  0,         200, user
          X-Vault-Wrap-TTL,  60,        400, wrap
          X-Vault-Wrap-TTL,  1m,        400, wrap
          X-Vault-Wrap-TTL,  soon,      400, wrap
          """)
  void a_request_for_a_namespace_or_a_wrapped_answer_is_refused(
      String header, String value, int status, String body) {
    var answer = call("GET", DATA, "X-Vault-Token", TestAgent.TOKEN, header, value);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.body()).contains(body);
    call("GET", DATA, header, value).assertVaultError(403, "token");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?version=0", "?version=-1", "?&version=0&", "?refreshNow=true"})
  void a_request_for_the_current_version_gets_it(String query) {
    assertThat(user(authorized("GET", DATA + query))).isEqualTo("u");
  }

  @Test
  void a_path_with_dot_segments_names_a_secret() {
    assertThat(agent.rawGet("/v1/secret/data/../../sys/health").status()).isEqualTo(404);
    assertThat(agent.secrets.requests("../../sys/health")).hasSize(1);
  }

  @Test
  void the_routes_of_the_agent_itself_stay() {
    assertThat(agent.get("/secretsmanager/get?secretId=" + APP).status()).isEqualTo(200);
    assertThat(agent.get("/ping").body()).isEqualTo("healthy");
  }
}
