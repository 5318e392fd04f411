package dev.kmsagent.emulator;

import static dev.kmsagent.emulator.RunningEmulator.code;
import static dev.kmsagent.emulator.RunningEmulator.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultRule;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ControlApiTest {
  private static final String ROLE_KEY = "/latest/meta-data/ram/security-credentials/app";

  @AutoClose
  private final RunningEmulator running =
      new RunningEmulator(builder -> builder.metadata().role(Role.named("app")));

  private final KmsEmulator emulator = running.emulator();

  @BeforeEach
  void a_secret_and_a_role() {
    emulator.instance().attachRole("app");
    emulator.secrets().create("app/a", "s3cret");
  }

  private int readStatus() {
    return running.read("app/a").statusCode();
  }

  @Nested
  class Faults {
    private JsonObject shown() {
      return json(running.control("GET", "/faults"))
          .getAsJsonArray("faults")
          .get(0)
          .getAsJsonObject();
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '`',
        value = {
          "{'fault':'latency','millis':5} |",
          "{'fault':'hang'} |",
          "{'fault':'drip','millis':5} |",
          "{'fault':'reset'} |",
          "{'fault':'truncated','bytes':10} |",
          "{'fault':'failure','status':503,'code':'ServiceUnavailableTemporary'} |",
          "{'fault':'failure','status':503,'code':'Busy','message':'Later.'} |",
          "{'fault':'html','status':502} |",
          "{'fault':'empty','status':200} |",
          "{'fault':'redirect','location':'http://127.0.0.1:1/'} |",
          "{'fault':'malformed'} |",
          "{'fault':'incomplete','field':'VersionId'} |",
          "{'fault':'wrong-types'} |",
          "{'fault':'oversized','bytes':2000000} |",
          "{'fault':'throttled'} | {'fault':'failure','status':429,'code':'Rejected.Throttling'}"
        })
    void every_fault_is_shown_as_it_was_sent_or_as_what_it_stands_for(String fault, String same) {
      var response = running.post("/faults", quoted(fault));
      assertThat(response.statusCode()).isEqualTo(201);
      JsonObject shown = shown();
      assertThat(json(response)).isEqualTo(shown);
      assertThat(shown.remove("number").getAsLong()).isEqualTo(1);
      assertThat(shown).hasToString(quoted(same == null ? fault : same));
    }

    @Test
    void scope_and_end_are_as_sent() {
      running.post(
          "/faults",
          """
          {"fault": "hang", "secret": "app/a", "action": "GetSecretValue", "times": 3, "seconds": 60}
          """);
      assertThat(emulator.faults().active().getFirst().rule())
          .isEqualTo(
              FaultRule.of(new Fault.Hang())
                  .onSecret("app/a")
                  .onAction("GetSecretValue")
                  .times(3)
                  .lasting(Duration.ofSeconds(60)));
      assertThat(shown().get("callsLeft").getAsInt()).isEqualTo(3);
      assertThat(shown().get("ends").getAsString()).isEqualTo("2026-11-24T12:01:00Z");
    }

    @Test
    void one_can_be_cleared_and_all() {
      for (var fault : new String[] {"hang", "reset", "malformed"}) {
        running.post("/faults", "{\"fault\":\"" + fault + "\"}");
      }
      assertThat(running.control("DELETE", "/faults?number=2").statusCode()).isEqualTo(204);
      assertThat(emulator.faults().active()).extracting("number").containsExactly(1L, 3L);
      assertThat(running.control("DELETE", "/faults").statusCode()).isEqualTo(204);
      assertThat(emulator.faults().active()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          POST   | /faults             | ``
          POST   | /faults             | no json
          POST   | /faults             | []
          POST   | /faults             | {}
          POST   | /faults             | {'fault':'earthquake'}
          POST   | /faults             | {'fault':7}
          POST   | /faults             | {'fault':'latency'}
          POST   | /faults             | {'fault':'latency','millis':'5'}
          POST   | /faults             | {'fault':'latency','millis':-1}
          POST   | /faults             | {'fault':'latency','millis':0.5}
          POST   | /faults             | {'fault':'latency','millis':1e12}
          POST   | /faults             | {'fault':'latency','millis':1e99999}
          POST   | /faults             | {'fault':'failure','status':503,'code':'Busy','message':7}
          POST   | /faults             | {'fault':'hang','message':'Later.'}
          POST   | /faults             | {'fault':'html','status':199}
          POST   | /faults             | {'fault':'html','status':600}
          POST   | /faults             | {'fault':'redirect','location':'http://a\\r\\nX: y'}
          POST   | /faults             | {'fault':'hang','times':'two'}
          POST   | /faults             | {'fault':'hang','tmies':2}
          POST   | /faults?service=sts | {'fault':'hang'}
          DELETE | /faults?number=x    | ``
          GET    | /calls?service=sts  | ``
          GET    | /calls?service=some | ``
          POST   | /stop               | ``
          POST   | /stop?service=kms   | ``
          POST   | /start?service=sts  | ``
          POST   | /rotate?name=app/a  | {}
          POST   | /rotate?name=app/a  | my own
          POST   | /rotate?name=app/a  | {'text':5}
          POST   | /rotate?name=app/a  | {'json':null}
          POST   | /rotate?name=app/a  | {'binary':'%'}
          POST   | /rotate?name=app/a  | {'text':'a','binary':'AAEC'}
          POST   | /rotate?name=app/a  | {'value':'a'}
          POST   | /deny?name=app/a    | {'text':'a'}
          POST   | /deny?name=app/a    | a
          POST   | /token              | {}
          POST   | /token              | no json
          POST   | /token              | {'subject':1}
          POST   | /token              | {'subject':'s','flaw':'other'}
          POST   | /token              | {'subject':'s','seconds':'x'}
          POST   | /token              | {'subject':'s','audience':'x'}
          """)
  void an_invalid_request_is_refused(String method, String path, String body) {
    var answer = running.control(method, path, quoted(body));
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(code(answer)).isEqualTo("InvalidParameter");
    assertThat(emulator.faults().active()).isEmpty();
  }

  @Test
  void calls_to_services_are_counted_and_listed_and_start_from_zero_again() {
    running.read("app/a");
    emulator.faults().add(Fault.throttled());
    running.read("app/a");
    running.callBy("ak", "wrong", "ListSecrets");
    JsonObject calls = json(running.control("GET", "/calls"));
    assertThat(calls.get("total").getAsInt()).isEqualTo(3);
    assertThat(calls.get("actions")).hasToString("{\"GetSecretValue\":2,\"ListSecrets\":1}");
    assertThat(calls.getAsJsonObject("secrets").get("app/a").getAsInt()).isEqualTo(2);
    var latest = calls.getAsJsonArray("latest").asList();
    assertThat(latest)
        .extracting(call -> call.getAsJsonObject().get("outcome").getAsString())
        .containsExactly("served", "faulted", "refused");
    var last = latest.getLast().getAsJsonObject();
    last.remove("requestId");
    assertThat(last)
        .hasToString(
            quoted(
                """
                {'at':'2026-11-24T12:00:00Z','action':'ListSecrets','secret':'','signature':'V1',\
                'accessKeyId':'ak','version':'','stage':'','status':400,'outcome':'refused',\
                'code':'SignatureDoesNotMatch'}"""));
    running.control("DELETE", "/calls");
    assertThat(json(running.control("GET", "/calls")).get("total").getAsInt()).isZero();
  }

  @Test
  void a_call_has_what_it_asked_for_and_the_status_that_was_sent_if_one_was() {
    running.call("GetSecretValue", "SecretName", "app/a", "VersionId", "v9");
    running.call("GetSecretValue", "SecretName", "app/a", "VersionStage", "ACSCurrent");
    running.post(
        "/faults",
        quoted("{'fault':'failure','status':503,'code':'Busy','message':'Later.','times':1}"));
    assertThat(json(running.read("app/a")).get("Message").getAsString()).isEqualTo("Later.");
    emulator.faults().add(new Fault.Reset());
    assertThatThrownBy(() -> running.read("app/a")).hasCauseInstanceOf(IOException.class);

    assertThat(json(running.control("GET", "/calls")).getAsJsonArray("latest").asList())
        .map(JsonElement::getAsJsonObject)
        .extracting(
            call -> call.get("version").getAsString(),
            call -> call.get("stage").getAsString(),
            call -> call.get("status") == null ? "none" : call.get("status").getAsString())
        .containsExactly(
            tuple("v9", "", "404"),
            tuple("", "ACSCurrent", "200"),
            tuple("", "", "503"),
            tuple("", "", "none"));
  }

  @Nested
  class Reset {
    private static final String SEEDS =
        """
        [[secret]]
        name = "seeded"
        text = "first"

        [[access-key]]
        id = "reader"
        secret = "proof"
        reads = ["seeded"]

        [[role]]
        name = "seeded-role"
        """;

    @Test
    void leads_back_to_the_seeds_of_the_last_one_and_the_keys_of_the_builder() {
      assertThat(running.post("/reset", SEEDS).statusCode()).isEqualTo(204);
      assertThat(readStatus()).isEqualTo(404);
      running.post("/rotate?name=seeded", "");
      running.post("/deny?name=seeded", "");
      emulator.secrets().create("leak", "x");
      emulator.roles().put(Role.named("leak"));
      emulator.roles().remove("seeded-role");
      emulator.faults().add(Fault.throttled());

      assertThat(running.post("/reset", " \n").statusCode()).isEqualTo(204);

      assertThat(emulator.calls().total()).isZero();
      assertThat(json(running.read("seeded")).get("SecretData").getAsString()).isEqualTo("first");
      assertThat(running.read("leak").statusCode()).isEqualTo(404);
      assertThat(emulator.roles().find("leak")).isEmpty();
      assertThat(emulator.roles().find("seeded-role")).isPresent();
    }

    @Test
    void gives_keys_that_read_what_they_may_until_other_seeds_have_none() throws IOException {
      running.post("/reset", SEEDS);
      emulator.secrets().create("other", "x");
      assertThat(readBy("seeded").statusCode()).isEqualTo(200);
      assertThat(code(readBy("other"))).isEqualTo("Forbidden.NoPermission");

      running.post("/reset", "# nothing");
      assertThat(code(readBy("seeded"))).isEqualTo("InvalidAccessKeyId.NotFound");
      assertThat(readStatus()).isEqualTo(404);
      emulator.reset();
      assertThat(readStatus()).isEqualTo(404);
    }

    @Test
    void to_invalid_seeds_changes_nothing_and_names_every_problem() {
      emulator.faults().add(FaultRule.of(new Fault.Hang()).onSecret("other"));
      var response = running.post("/reset", "[[role]]\n[[access-key]]\nid = 'a'\n");
      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(response.body()).contains("line 1: needs name", "line 2: needs secret");
      assertThat(readStatus()).isEqualTo(200);
      assertThat(emulator.faults().active()).hasSize(1);
    }

    private HttpResponse<String> readBy(String name) {
      return running.callBy("reader", "proof", "GetSecretValue", "SecretName", name);
    }
  }

  @Test
  void secrets_are_listed_without_values() {
    assertThat(json(running.control("GET", "/secrets")))
        .hasToString("{\"secrets\":[{\"name\":\"app/a\",\"current\":\"v1\",\"denied\":false}]}");
  }

  @Test
  void a_secret_can_be_rotated_denied_allowed_deleted_and_restored() {
    var rotated = json(running.post("/rotate?name=app/a", ""));
    assertThat(rotated.get("current").getAsString()).isEqualTo("v2");
    running.post("/deny?name=app/a", "");
    assertThat(readStatus()).isEqualTo(403);
    running.post("/allow?name=app/a", "");
    assertThat(readStatus()).isEqualTo(200);
    var deleted = json(running.post("/delete?name=app/a", ""));
    assertThat(deleted.get("deletion").getAsString()).isEqualTo("2026-12-24T12:00:00Z");
    assertThat(readStatus()).isEqualTo(409);
    running.post("/restore?name=app/a", "");
    assertThat(readStatus()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'text':'one\\ntwo'}                  | "one\\ntwo"
          {'json':{'user':'u','password':'p'}} | "{\\"user\\":\\"u\\",\\"password\\":\\"p\\"}"
          {'binary':'AAEC'}                    | "AAEC"
          """)
  void a_rotation_sets_the_value_that_it_is_given(String body, String value) {
    var rotated = json(running.post("/rotate?name=app/a", quoted(body)));

    assertThat(rotated.get("current").getAsString()).isEqualTo("v2");
    assertThat(json(running.read("app/a")).get("SecretData")).hasToString(value);
  }

  @Test
  void a_value_larger_than_kms_takes_is_refused() {
    var body = "{\"text\":\"" + "x".repeat(30_721) + "\"}";
    assertThat(running.post("/rotate?name=app/a", body).body()).contains("larger than 30720");
  }

  @Test
  void an_unknown_secret_is_404() {
    var response = running.post("/rotate?name=other", "");
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(code(response)).isEqualTo("Forbidden.ResourceNotFound");
  }

  @Nested
  class A_service {
    @Test
    void has_its_own_faults_and_calls() {
      roleKey();
      assertThat(json(running.control("GET", "/calls?service=metadata")).get("actions"))
          .hasToString("{\"GetCredentials\":1}");
      assertThat(json(running.control("GET", "/calls")).get("total").getAsInt()).isZero();
      running.control("DELETE", "/calls?service=metadata");
      assertThat(emulator.metadata().calls().total()).isZero();
      running.post("/faults?service=metadata", "{\"fault\":\"reset\"}");
      assertThat(running.control("GET", "/faults?service=metadata").body()).contains("reset");
      assertThat(running.control("GET", "/faults?service=kms").body()).doesNotContain("reset");
      running.control("DELETE", "/faults?service=metadata");
      assertThat(emulator.metadata().faults().active()).isEmpty();
    }

    @Test
    void can_be_stopped_and_started() {
      assertThat(running.post("/stop?service=metadata", "").statusCode()).isEqualTo(204);
      assertThatThrownBy(ControlApiTest.this::roleKey).hasCauseInstanceOf(ConnectException.class);
      assertThat(running.post("/start?service=metadata", "").statusCode()).isEqualTo(204);
      assertThat(roleKey().get("Code").getAsString()).isEqualTo("Success");
    }

    @Test
    void listens_again_after_a_reset_which_revokes_keys_and_forgets_faults_and_the_lifetime() {
      JsonObject key = roleKey();
      running.post("/lifetime?seconds=20", "");
      running.post("/faults?service=metadata", "{\"fault\":\"reset\"}");
      running.post("/stop?service=metadata", "");
      assertThat(running.post("/reset", "").statusCode()).isEqualTo(204);
      assertThat(emulator.mintedKeys().all()).isEmpty();
      assertThat(roleKey().get("Expiration").getAsString()).isEqualTo("2026-11-24T18:00:00Z");
      assertThat(emulator.metadata().calls().total()).isEqualTo(1);
      assertThat(code(running.readWith(key, "app/a"))).isEqualTo("InvalidAccessKeyId.NotFound");
    }

    @Test
    void that_is_not_enabled_is_told_with_those_that_are() {
      assertThat(json(running.post("/start?service=sts", "")).get("Message").getAsString())
          .isEqualTo("service must be kms or metadata; kms is neither stopped nor started");
    }
  }

  @ParameterizedTest
  @CsvSource({"'', PT1H", "',\"seconds\":60', PT1M"})
  void a_token_is_valid_for_an_hour_or_as_requested(String seconds, Duration life) {
    String text = running.post("/token", "{\"subject\":\"s\"" + seconds + "}").body();
    running.pass(life.minusSeconds(1));
    assertThat(emulator.oidc().verify(text).subject()).isEqualTo("s");
    running.pass(Duration.ofSeconds(1));
    assertRefused(text, "Expired");
  }

  @ParameterizedTest
  @CsvSource({
    "expired, Expired",
    "audience, AudienceNotMatch",
    "issuer, Invalid",
    "signature, InvalidSignature"
  })
  void a_token_can_have_a_flaw(String flaw, String reason) {
    assertRefused(
        running.post("/token", quoted("{'subject':'s','flaw':'" + flaw + "'}")).body(), reason);
  }

  private void assertRefused(String token, String reason) {
    assertThatThrownBy(() -> emulator.oidc().verify(token))
        .hasMessageStartingWith("AuthenticationFail.OIDCToken." + reason + ": ");
  }

  @Nested
  class Keys {
    @Test
    void are_shown_without_their_secrets() {
      JsonObject key = roleKey();
      assertThat(running.control("GET", "/keys").body())
          .contains(key.get("AccessKeyId").getAsString())
          .contains("\"role\":\"app\"")
          .contains("\"expires\":\"2026-11-24T18:00:00Z\"")
          .doesNotContain(key.get("AccessKeySecret").getAsString())
          .doesNotContain(key.get("SecurityToken").getAsString());
    }

    @Test
    void that_were_minted_can_be_revoked_one_by_one_and_all() {
      JsonObject first = roleKey();
      assertThat(running.readWith(first, "app/a").statusCode()).isEqualTo(200);
      running.control("DELETE", "/keys?id=" + first.get("AccessKeyId").getAsString());
      assertThat(code(running.readWith(first, "app/a"))).isEqualTo("InvalidAccessKeyId.NotFound");
      JsonObject second = roleKey();
      assertThat(running.control("DELETE", "/keys").statusCode()).isEqualTo(204);
      assertThat(code(running.readWith(second, "app/a"))).isEqualTo("InvalidAccessKeyId.NotFound");
      running.control("DELETE", "/keys?id=ak");
      assertThat(readStatus()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
      "?seconds=20, 204",
      "'', 400",
      "?seconds=0, 400",
      "?seconds=x, 400",
      "?seconds=1.5, 400"
    })
    void have_the_lifetime_that_is_set_if_it_is_one(String query, int status) {
      assertThat(running.post("/lifetime" + query, "").statusCode()).isEqualTo(status);
      assertThat(roleKey().get("Expiration").getAsString())
          .isEqualTo(status == 204 ? "2026-11-24T12:00:20Z" : "2026-11-24T18:00:00Z");
    }
  }

  private JsonObject roleKey() {
    return json(running.get("http://" + emulator.metadata().endpoint() + ROLE_KEY));
  }

  /** JSON, which has single quotes in the tables. */
  private static String quoted(String json) {
    return json.replace('\'', '"');
  }

  @ParameterizedTest
  @CsvSource({
    "laptop, 200",
    "laptop:2026, 200",
    "LAPTOP:2026, 200",
    "laptop.example, 403",
    "xlaptop, 403",
    "laptop:x, 403",
    "localhost, 200",
    "site.example, 403",
    "'localhost\r\nOrigin: http://site.example', 403",
    "'laptop\r\nOrigin: http://laptop', 403"
  })
  void a_host_name_of_its_own_is_allowed_and_a_page_in_a_browser_is_not(String host, int status)
      throws IOException {
    try (var named = KmsEmulator.builder().hostNames(List.of("laptop")).everywhere().start()) {
      var request = ClientConnection.head("GET /_emulator/faults HTTP/1.1", "Host: " + host);
      assertThat(ClientConnection.exchangeText(named.port(), request))
          .startsWith("HTTP/1.1 " + status);
      assertThat(named.endpoint()).isEqualTo("127.0.0.1:" + named.port());
    }
  }

  @Test
  void it_listens_on_loopback_unless_it_is_told_otherwise() throws IOException {
    var others = NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses);
    var other =
        others.filter(it -> it instanceof Inet4Address && !it.isLoopbackAddress()).findAny();
    assumeTrue(other.isPresent(), "this machine has no address besides loopback");
    try (var open = KmsEmulator.builder().everywhere().start();
        var reached = new Socket(other.get(), open.port())) {
      assertThat(reached.isConnected()).isTrue();
      assertThatThrownBy(() -> new Socket(other.get(), emulator.port()))
          .isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void it_lists_what_there_is_and_an_unknown_path_says_where_the_list_is() {
    assertThat(running.control("GET", "").body()).contains("/_emulator/faults");
    var other = running.control("GET", "/nothing");
    assertThat(other.statusCode()).isEqualTo(404);
    assertThat(other.body()).contains("GET /_emulator lists");
  }
}
