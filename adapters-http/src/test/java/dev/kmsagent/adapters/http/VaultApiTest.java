package dev.kmsagent.adapters.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.kmsagent.adapters.http.request.Admission;
import dev.kmsagent.adapters.http.request.PresentedToken;
import dev.kmsagent.adapters.http.request.SecretRequestParser;
import dev.kmsagent.adapters.http.vault.VaultRoutes;
import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.domain.Health;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Vault's routes, with the fields and types that its clients need. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VaultApiTest {
  private static final String APP = "app/dev/secret-1";
  private static final String DATA = "secret/data/" + APP;
  private static final String ENVELOPE_STRINGS = "request_id,lease_id";

  private final TestAgent agent = TestAgent.ofVault("");

  VaultApiTest() {
    agent.hold(Secrets.text(APP, "v3", "{\"user\":\"u\"}"));
  }

  @AfterAll
  void stop() {
    agent.close();
  }

  private Answer call(String method, String path, String... headers) {
    return agent.send(agent.port, method, "/v1/" + path, headers);
  }

  private Answer authorized(String method, String path) {
    return call(method, path, "X-Vault-Token", TestAgent.TOKEN);
  }

  private static void assertTypes(JsonObject body, String strings, String whole, String flags) {
    for (var name : strings.split(",", -1)) {
      assertThat(body.getAsJsonPrimitive(name).isString()).as(name).isTrue();
    }
    for (var name : whole.split(",", -1)) {
      assertThat(body.getAsJsonPrimitive(name).getAsString()).as(name).matches("\\d+");
      assertThat(body.getAsJsonPrimitive(name).isNumber()).as(name).isTrue();
    }
    for (var name : flags.split(",", -1)) {
      assertThat(body.getAsJsonPrimitive(name).isBoolean()).as(name).isTrue();
    }
  }

  private static JsonObject ok(Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    return answer.json();
  }

  private static JsonObject data(Answer answer) {
    var body = ok(answer);
    assertTypes(body, ENVELOPE_STRINGS, "lease_duration", "renewable");
    assertThat(body.keySet()).contains("wrap_info", "warnings", "auth");
    return body.getAsJsonObject("data");
  }

  private static String user(Answer answer) {
    return data(answer).getAsJsonObject("data").get("user").getAsString();
  }

  @ParameterizedTest
  @CsvSource({"UP,200,false", "DEGRADED,200,false", "DOWN,503,true"})
  void health_follows_readiness(Health.Status readiness, int status, boolean sealed) {
    agent.operations.readiness(readiness);
    var answer = call("GET", "sys/health?activecode=299&sealedcode=298");
    agent.operations.readiness(Health.Status.UP);
    assertThat(answer.status()).isEqualTo(status);
    assertTypes(
        answer.json(),
        "replication_performance_mode,replication_dr_mode,version,cluster_name,cluster_id",
        "server_time_utc",
        "initialized,sealed,standby,performance_standby,enterprise");
    assertThat(answer.json().get("sealed").getAsBoolean()).isEqualTo(sealed);
    assertThat(answer.json().get("version").getAsString()).matches("\\d+\\.\\d+\\.\\d+[+-].*");
  }

  @Test
  void health_is_answered_to_head_without_a_body() throws IOException {
    try (var client = new RawClient(agent.port)) {
      client.sendHead("HEAD /v1/sys/health HTTP/1.1", "Host: localhost");
      assertThat(client.readHead().status()).isEqualTo(200);
      client.sendHead("GET /ping HTTP/1.1", "Host: localhost");
      assertThat(client.read().body()).isEqualTo("healthy");
    }
  }

  @Test
  void vault_is_initialized_and_not_sealed_and_has_no_other_leader() {
    assertTypes(
        ok(call("GET", "sys/seal-status")),
        "type,nonce,version,build_date",
        "t,n,progress",
        "initialized,sealed,migration,recovery_seal");
    assertThat(call("GET", "sys/init").body()).isEqualTo("{\"initialized\":true}");
    var leader = ok(call("GET", "sys/leader"));
    assertThat(leader.get("leader_address").getAsString()).isEmpty();
    assertThat(leader.get("leader_cluster_address").getAsString()).isEmpty();
    for (var flag : List.of("ha_enabled", "is_self", "performance_standby")) {
      assertThat(leader.get(flag).getAsBoolean()).as(flag).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sys/health", "sys/seal-status", "sys/init", "sys/leader"})
  void a_route_without_a_token_checks_forwarding_and_method(String path) {
    call("GET", path, "Via", "1.1 proxy").assertVaultError(400, "Via");
    call("GET", path, "X-Forwarded-For", "10.0.0.1").assertVaultError(400, "X-Forwarded-For");
    call("POST", path).assertVaultError(405, "read-only");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sys/mounts",
        "sys/internal/ui/mounts/secret/app",
        "auth/token/lookup-self",
        "auth/token/renew-self",
        "auth/token/revoke-self",
        DATA,
        DATA + "?version=1",
        "secret/metadata/" + APP,
        "secret/metadata?list=true",
        "sys/healthy",
        "sys/health/",
        "nowhere"
      })
  void every_other_route_needs_the_token(String path) {
    call("GET", path).assertVaultError(403, "token");
    call("GET", path, "Authorization", "Bearer wrong").assertVaultError(403, "token");
    call("GET", path, "Authorization", TestAgent.TOKEN).assertVaultError(403, "token");
    call("GET", path, "Authorization", "Basic  " + TestAgent.TOKEN).assertVaultError(403, "token");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer ", "bearer "})
  void the_token_may_be_a_bearer_token(String scheme) {
    assertThat(user(call("GET", DATA, "Authorization", scheme + TestAgent.TOKEN))).isEqualTo("u");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST"})
  void the_token_is_a_periodic_one(String method) {
    var answer = authorized(method, "auth/token/lookup-self");
    var data = data(answer);
    assertTypes(
        data,
        "id,accessor,display_name,path,entity_id,type",
        "num_uses,creation_time,creation_ttl,ttl,period,explicit_max_ttl",
        "orphan,renewable");
    assertThat(data.get("policies")).isInstanceOf(JsonArray.class);
    assertThat(data.get("ttl").getAsInt()).isEqualTo(2764800);
    assertThat(data.keySet()).doesNotContain("last_renewal_time");
    assertThat(data.get("id").getAsString()).isEqualTo(TestAgent.TOKEN);
  }

  /** A client that adds the TTL to the creation finds no token that has ended. */
  @Test
  void the_token_was_made_with_the_agent_and_at_most_a_day_ago() {
    var start = Instant.parse("2026-01-01T00:00:00Z");
    var now = new AtomicReference<>(start);
    var parser = new SecretRequestParser(Stage::new);
    var routes = new VaultRoutes("secret", parser, new FakeOperations(), now::get);
    assertThat(creation(routes)).isEqualTo(start);
    now.set(start.plus(Duration.ofDays(40)));
    assertThat(creation(routes)).isEqualTo(start.plus(Duration.ofDays(39)));
  }

  private static Instant creation(VaultRoutes routes) {
    var path = "/v1/auth/token/lookup-self";
    var token = new PresentedToken(new ConfidentialText("t"), Optional.empty());
    var answer = routes.route("GET", path, null, token);
    var json = new String(((Admission.ToBody) answer).json().apply("id"), UTF_8);
    var data = JsonParser.parseString(json).getAsJsonObject().getAsJsonObject("data");
    return Instant.ofEpochSecond(data.get("creation_time").getAsLong());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "auth/userpass/login/me",
        "auth/kubernetes/login",
        "auth/a/b/login",
        "auth/oidc/oidc/auth_url"
      })
  void a_login_is_refused_with_and_without_a_token(String path) {
    call("POST", path).assertVaultError(400, "no logins");
    authorized("PUT", path).assertVaultError(400, "no logins");
  }

  /** A separator of lines, at which a pattern could start over and over. */
  @Test
  void a_login_is_known_whatever_its_path_contains() {
    assertThat(VaultRoutes.isLogin("/v1/auth/login/\u2028")).isTrue();
  }

  @Test
  void a_wrong_bearer_token_is_said_to_be_wrong() {
    call("GET", DATA, "Authorization", "Bearer wrong").assertVaultError(403, "a wrong token");
    call("GET", DATA, "Authorization", "Basic wrong").assertVaultError(403, "no token");
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT"})
  void the_token_is_renewed_and_stays_the_same(String method) {
    var body = ok(authorized(method, "auth/token/renew-self"));
    assertTypes(body, ENVELOPE_STRINGS, "lease_duration", "renewable");
    var auth = body.getAsJsonObject("auth");
    assertTypes(
        auth,
        "client_token,accessor,entity_id,token_type",
        "lease_duration,num_uses",
        "renewable,orphan");
    assertThat(auth.get("client_token").getAsString()).isEqualTo(TestAgent.TOKEN);
    assertThat(auth.get("policies")).isInstanceOf(JsonArray.class);
    assertThat(auth.get("token_policies")).isInstanceOf(JsonArray.class);
    assertThat(auth.get("lease_duration").getAsInt()).isEqualTo(2764800);
  }

  @ParameterizedTest
  @CsvSource({"X-Vault-Token,''", "Authorization,'Bearer '"})
  void the_token_is_the_one_that_was_sent_even_if_it_is_replaced_meanwhile(
      String header, String prefix) {
    try (var rotating = TestAgent.ofVault("")) {
      rotating.rotations.add(new ConfidentialText("the next token"));
      var path = "/v1/auth/token/renew-self";
      var answer = rotating.send(rotating.port, "POST", path, header, prefix + TestAgent.TOKEN);
      var auth = ok(answer).getAsJsonObject("auth");
      assertThat(auth.get("client_token").getAsString()).isEqualTo(TestAgent.TOKEN);
    }
  }

  private Answer post(String path, String body) {
    return post(path, body, "Content-Length: " + body.length());
  }

  private Answer post(String path, String body, String framing) {
    try (var client = new RawClient(agent.port)) {
      client.sendHead(
          "POST /v1/" + path + " HTTP/1.1",
          "Host: localhost",
          framing,
          "X-Vault-Token: " + TestAgent.TOKEN);
      client.send(body);
      return client.read();
    } catch (IOException failed) {
      throw new AssertionError(path, failed);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"token\":\"TOKEN\"}", " { \"token\" : null }", "{}", "null", " ", ""})
  void a_call_may_name_the_own_token(String template) {
    var body = template.replace("TOKEN", TestAgent.TOKEN);
    assertThat(data(post("auth/token/lookup", body)))
        .isEqualTo(data(authorized("GET", "auth/token/lookup-self")));
    assertThat(ok(post("auth/token/renew", body)).get("auth"))
        .isEqualTo(ok(authorized("POST", "auth/token/renew-self")).get("auth"));
  }

  @Test
  void a_body_may_come_in_chunks() {
    var chunks = "9\r\n{\"token\":\r\n13\r\n\"" + TestAgent.TOKEN + "\"}\r\n0\r\n\r\n";
    assertThat(data(post("auth/token/lookup", chunks, "Transfer-Encoding: chunked")).get("id"))
        .isEqualTo(new JsonPrimitive(TestAgent.TOKEN));
  }

  /** Bodies, of which a token that is no text is another one, and the refusals. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"token":"other"}                       | 403 | own token
          {"token":""}                            | 403 | own token
          {"token":1}                             | 403 | own token
          {"token":["TOKEN"]}                     | 403 | own token
          {"token":"TOKEN","token":"other"}       | 403 | own token
          {"token":"TOKEN"                        | 400 | JSON object
          ["TOKEN"]                               | 400 | JSON object
          "TOKEN"                                 | 400 | JSON object
          """)
  void a_call_for_another_token_is_refused(String template, int status, String message) {
    var body = template.replace("TOKEN", TestAgent.TOKEN);
    for (var path : List.of("lookup", "renew")) {
      post("auth/token/" + path, body).assertVaultError(status, message);
    }
    for (var path : List.of("capabilities", "capabilities-self")) {
      post("sys/" + path, body).assertVaultError(status, message);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"paths":["secret/data/app"]}                  | secret/data/app read
          {"path":"secret/metadata/a/b"}                 | secret/metadata/a/b read
          {"path":"secret/data/app","paths":["sys/x"]}   | sys/x deny
          {"paths":["secret/data/","secret/data/"]}      | secret/data/ read
          {"paths":["secret/app","other/data/app"]}      | secret/app deny, other/data/app deny
          {"paths":"secret/data/a,\\"\\u0001"}           | secret/data/a read, "\u0001 deny
          """)
  void the_token_reads_below_the_mount(String body, String capabilities) {
    var expected = new JsonObject();
    for (var capability : capabilities.split(", ", -1)) {
      var pair = capability.split(" ", -1);
      expected.add(pair[0], JsonParser.parseString("[" + pair[1] + "]"));
    }
    if (expected.size() == 1) {
      expected.asMap().values().stream()
          .findFirst()
          .ifPresent(it -> expected.add("capabilities", it));
    }
    var answer = post("sys/capabilities-self", body);
    assertThat(data(answer)).isEqualTo(expected);
    assertThat(answer.json().asMap()).containsAllEntriesOf(expected.asMap());
    assertThat(data(post("sys/capabilities", body))).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "{\"paths\":[]}",
        "{\"paths\":null}",
        "{\"path\":\" ,\"}",
        "{\"paths\":[[\"a\"],{\"b\":1},null]}"
      })
  void capabilities_without_a_path_are_refused(String body) {
    post("sys/capabilities-self", body).assertVaultError(400, "paths must be supplied");
  }

  @Test
  void a_body_that_is_read_is_bounded_and_must_be_complete() throws IOException {
    var largest = "{\"a\":\"" + "x".repeat(JavalinRoutes.MAX_BODY_BYTES - 8) + "\"}";
    assertThat(post("auth/token/lookup", largest).status()).isEqualTo(200);
    post("auth/token/lookup", largest + " ").assertVaultError(400, "longer than 4096 bytes");
    try (var client = new RawClient(agent.port)) {
      client.sendHead(
          "POST /v1/auth/token/lookup HTTP/1.1",
          "Host: localhost",
          "Content-Length: 1000",
          "X-Vault-Token: " + TestAgent.TOKEN);
      client.send("{}");
      client.endOutput();
      client.read().assertVaultError(400, "not complete");
    }
  }

  @Test
  void a_call_needs_the_token_in_a_header() {
    call("POST", "auth/token/lookup").assertVaultError(403, "no token");
    call("POST", "sys/capabilities-self", "X-Vault-Token", "wrong").assertVaultError(403, "wrong");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sys/mounts",
        "sys/internal/ui/mounts/secret/app",
        "auth/token/lookup-self",
        "secret/metadata/" + APP,
        "secret/" + APP
      })
  void an_envelope_has_the_id_of_its_answer(String path) {
    var answer = authorized("GET", path);
    assertThat(answer.json().get("request_id").getAsString())
        .isEqualTo(answer.header("X-Request-Id"))
        .isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"sys/health", "sys/seal-status", "sys/init", "sys/leader"})
  void what_is_no_envelope_has_no_id(String path) {
    assertThat(ok(call("GET", path)).keySet()).doesNotContain("request_id");
  }

  @ParameterizedTest
  @CsvSource({"auth/token/lookup-self, 200", "auth/userpass/login/me, 400"})
  void a_body_is_not_read(String path, int status) throws IOException {
    try (var client = new RawClient(agent.port)) {
      client.sendHead(
          "POST /v1/" + path + " HTTP/1.1",
          "Host: localhost",
          "Content-Type: application/json",
          "Content-Length: 1000000000",
          "X-Vault-Token: " + TestAgent.TOKEN);
      var answer = client.read();
      assertThat(answer.status()).isEqualTo(status);
      assertThat(answer.header("Connection")).isEqualTo("close");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"secret", "secret/", "secret/app", "secret/data/app/dev"})
  void the_mount_is_a_kv_engine_of_version_2(String path) {
    var data = data(authorized("GET", "sys/internal/ui/mounts/" + path));
    assertThat(data.get("path").getAsString()).isEqualTo("secret/");
    assertThat(data.get("type").getAsString()).isEqualTo("kv");
    assertThat(data.getAsJsonObject("options"))
        .isEqualTo(JsonParser.parseString("{\"version\":\"2\"}"));
  }

  @Test
  void the_mount_is_listed_in_the_envelope_and_beside_it() {
    var answer = authorized("GET", "sys/mounts");
    var mount = data(answer).getAsJsonObject("secret/");
    assertThat(mount.get("type").getAsString()).isEqualTo("kv");
    var strings =
        "accessor,uuid,description,plugin_version,running_plugin_version,running_sha256,"
            + "deprecation_status";
    for (var name : strings.split(",", -1)) {
      assertThat(mount.getAsJsonPrimitive(name).isString()).as(name).isTrue();
    }
    for (var name : List.of("local", "seal_wrap", "external_entropy_access")) {
      assertThat(mount.getAsJsonPrimitive(name).isBoolean()).as(name).isTrue();
    }
    assertThat(answer.json().get("secret/")).isEqualTo(mount);
  }

  @ParameterizedTest
  @ValueSource(strings = {"secret/data", "secret/data/", "secret/" + APP})
  void a_path_in_the_mount_to_no_secret_is_warned_of(String path) {
    var answer = authorized("GET", path);
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.json().get("data").isJsonNull()).isTrue();
    assertThat(answer.json().getAsJsonArray("warnings").get(0).getAsString())
        .contains("use 'vault kv get'");
  }

  /** Methods, paths, and the refusals that those with the token get. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          POST           | auth/token/revoke-self                | 403 | nothing was revoked
          GET            | sys/internal/ui/mounts/other/app      | 403 | no KV engine
          GET            | sys/internal/ui/mounts/secrets/app    | 403 | no KV engine
          LIST GET       | secret/metadata?list=true             | 405 | read-only
          LIST GET       | secret/metadata/app?list=true         | 405 | read-only
          LIST GET       | secret?list=true                      | 405 | read-only
          LIST GET       | sys?list=true                         | 405 | read-only
          GET            | DATA?list=1                           | 405 | read-only
          GET            | DATA?list=t                           | 405 | read-only
          GET            | DATA?list=True                        | 405 | read-only
          LIST           | secret/metadata                       | 405 | read-only
          POST PUT PATCH | DATA                                  | 405 | read-only
          DELETE OPTIONS | DATA                                  | 405 | read-only
          POST PUT PATCH | secret/metadata/app                   | 405 | read-only
          DELETE OPTIONS | secret/metadata/app                   | 405 | read-only
          GET LIST       | secret/metadata//?list=true           | 405 | read-only
          POST PUT       | sys/leases/renew                      | 400 | no leases
          POST PUT       | sys/leases/renew/secret/data/app/id   | 400 | no leases
          POST PUT       | sys/renew/id                          | 400 | no leases
          POST PUT       | sys/leases/revoke                     | 405 | read-only
          GET            | auth/token/lookup                     | 405 | read-only
          GET            | sys/leases/renew                      | 404 | nothing at this path
          GET            | nowhere                               | 404 | nothing at this path
          GET            | secret                                | 404 | nothing at this path
          GET            | secret/                               | 404 | nothing at this path
          GET            | DATA?version=x                        | 400 | InvalidParameter
          GET            | DATA?version=                         | 400 | InvalidParameter
          GET            | DATA?version=1.5                      | 400 | InvalidParameter
          GET            | DATA?version=1&version=2              | 400 | InvalidParameter
          GET            | DATA?version=1&versionId=v1           | 400 | InvalidParameter
          GET            | DATA?list=maybe                       | 400 | InvalidParameter
          GET            | DATA?other=1                          | 400 | InvalidParameter
          GET            | secret/metadata/%01                   | 400 | control
          """)
  void a_request_is_refused(String methods, String path, int status, String message) {
    for (var method : methods.split(" ", -1)) {
      authorized(method, path.replace("DATA", DATA)).assertVaultError(status, message);
    }
  }

  @Test
  void a_head_of_a_secret_and_a_name_that_is_too_long_are_refused() {
    assertThat(authorized("HEAD", DATA).status()).isEqualTo(405);
    authorized("GET", "secret/data/" + "a".repeat(513)).assertVaultError(400, "longer");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "root", "root/"})
  void a_request_in_the_root_namespace_and_without_wrapping_is_served(String namespace) {
    var headers =
        new String[] {
          "X-Vault-Token", TestAgent.TOKEN, "X-Vault-Namespace", namespace, "X-Vault-Wrap-TTL", "0"
        };
    assertThat(call("GET", DATA, headers).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "X-Vault-Namespace,team,namespaces",
    "X-Vault-Namespace,root/team,namespaces",
    "X-Vault-Wrap-TTL,60,wrap",
    "X-Vault-Wrap-TTL,1m,wrap",
    "X-Vault-Wrap-TTL,soon,wrap"
  })
  void a_request_for_what_the_agent_has_not_is_refused(
      String header, String value, String message) {
    call("GET", DATA, "X-Vault-Token", TestAgent.TOKEN, header, value)
        .assertVaultError(400, message);
    call("GET", DATA, header, value).assertVaultError(403, "token");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?version=0", "?version=-1", "?list=false", "?refreshNow=true"})
  void a_request_for_the_current_version_gets_it(String query) {
    var answer = authorized("GET", DATA + query);
    assertThat(user(answer)).isEqualTo("u");
    var metadata = data(answer).getAsJsonObject("metadata");
    assertTypes(metadata, "created_time,deletion_time", "version", "destroyed");
    assertThat(metadata.keySet()).contains("custom_metadata");
  }

  @Test
  void a_path_with_dot_segments_names_a_secret() throws IOException {
    var answer = agent.rawGet("/v1/secret/data/../../sys/health");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(agent.secrets.requests("../../sys/health")).hasSize(1);
  }

  @Test
  void the_routes_of_the_agent_itself_stay() {
    assertThat(agent.get("/secretsmanager/get?secretId=" + APP).status()).isEqualTo(200);
    assertThat(agent.get("/ping").body()).isEqualTo("healthy");
  }
}
