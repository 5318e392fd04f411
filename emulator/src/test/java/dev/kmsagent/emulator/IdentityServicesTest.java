package dev.kmsagent.emulator;

import static dev.kmsagent.emulator.RunningEmulator.code;
import static dev.kmsagent.emulator.RunningEmulator.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.identity.EcsInstance;
import dev.kmsagent.emulator.identity.IssuedToken;
import dev.kmsagent.emulator.identity.OidcProvider;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.emulator.protocol.Account;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.SignatureScheme;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.TreeMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** STS and the metadata service, which issue keys. */
final class IdentityServicesTest {
  private static final String OF_TOKEN = "AuthenticationFail.OIDCToken.";

  @AutoClose private RunningEmulator running;
  private KmsEmulator emulator;

  @BeforeEach
  void start() throws GeneralSecurityException {
    var context = RunningEmulator.CERTIFICATES.server();
    running =
        new RunningEmulator(builder -> builder.sts(context).metadata().role(Role.named("app")));
    emulator = running.emulator();
    emulator.secrets().create("app/a", "text").create("other", "text");
  }

  @Nested
  class A_session {
    @Test
    void has_the_answer_of_the_cloud_and_is_recorded_without_its_token() {
      JsonObject answer = json(assume(good()));
      assertThat(answer.keySet())
          .containsExactlyInAnyOrder(
              "RequestId", "AssumedRoleUser", "OIDCTokenInfo", "Credentials");
      var user = answer.getAsJsonObject("AssumedRoleUser");
      assertThat(user.get("Arn").getAsString())
          .isEqualTo("acs:ram::1234567890123456:role/app/session");
      assertThat(user.get("AssumedRoleId").getAsString()).matches("\\d{18}:session");
      assertThat(answer.getAsJsonObject("OIDCTokenInfo"))
          .hasToString(
              "{\"Issuer\":\"https://oidc.emulated.example/cluster\","
                  + "\"Subject\":\"system:serviceaccount:shop:app\","
                  + "\"ClientIds\":\"sts.aliyuncs.com\","
                  + "\"IssuanceTime\":\"2026-11-24T12:00:00Z\","
                  + "\"ExpirationTime\":\"2026-11-24T13:00:00Z\","
                  + "\"VerificationInfo\":\"Success\"}");
      var minted = emulator.mintedKeys().all().getFirst();
      assertThat(answer.getAsJsonObject("Credentials").get("AccessKeyId").getAsString())
          .startsWith("STS.")
          .isEqualTo(minted.accessKeyId());
      assertThat(minted.minted()).isEqualTo(running.now());
      var call = emulator.sts().calls().latest().getFirst();
      assertThat(call.action()).isEqualTo("AssumeRoleWithOIDC");
      assertThat(call.scheme()).isEqualTo(SignatureScheme.NONE);
    }

    @Test
    void lasts_as_long_as_it_is_asked_for_or_shorter_than_the_cloud_would() {
      JsonObject key = credentials(assume(good(), "DurationSeconds", "900"));
      running.pass(Duration.ofMinutes(15).minusSeconds(1));
      assertThat(running.readWith(key, "app/a").statusCode()).isEqualTo(200);
      running.pass(Duration.ofSeconds(1));
      assertThat(code(running.readWith(key, "app/a"))).isEqualTo("InvalidSecurityToken.Expired");
      assertThat(credentials(assume(good())).get("Expiration").getAsString())
          .isEqualTo("2026-11-24T13:15:00Z");
      emulator.mintedKeys().lifetime(Duration.ofSeconds(7));
      assertThat(credentials(assume(good())).get("Expiration").getAsString())
          .isEqualTo("2026-11-24T12:15:07Z");
    }

    @Test
    void is_opened_with_a_signed_request_and_no_token() throws IOException {
      var role = emulator.roles().arn("app");
      var query =
          running.query(
              "POST",
              "ak",
              "sk",
              "AssumeRole",
              "Version",
              "2015-04-01",
              "RoleArn",
              role,
              "RoleSessionName",
              "session");
      JsonObject key = credentials(post("/?" + query, ""));
      assertThat(running.readWith(key, "app/a").statusCode()).isEqualTo(200);
      var unsigned = post("/", "Action=AssumeRole&Version=2015-04-01");
      assertRefused(unsigned, 400, "MissingParameter");
    }
  }

  @Test
  void a_role_reads_only_what_it_may_as_it_is_now() {
    emulator.roles().put(Role.named("app").reading("app/*"));
    JsonObject key = credentials(assume(good()));
    assertThat(running.readWith(key, "app/a").statusCode()).isEqualTo(200);
    assertRefused(running.readWith(key, "other"), 403, "Forbidden.NoPermission");
    assertRefused(running.readWith(key, "missing"), 403, "Forbidden.NoPermission");
    assertThat(running.read("other").statusCode()).isEqualTo(200);
    emulator.roles().put(Role.named("app"));
    assertThat(running.readWith(key, "other").statusCode()).isEqualTo(200);
    emulator.roles().remove("app");
    assertThat(running.readWith(key, "app/a").statusCode()).isEqualTo(403);
  }

  @Test
  void a_role_has_a_longest_session() {
    var code = "InvalidParameter.DurationSeconds";
    assertRefused(assume(good(), "DurationSeconds", "7200"), 400, code);
    emulator.roles().put(Role.named("app").maxSession(Duration.ofHours(2)));
    assertThat(assume(good(), "DurationSeconds", "7200").statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "abcd",
        "a.b",
        "a.b.c.d",
        "!.!.!",
        "e30.e30.e30",
        "bm8.bm8.bm8",
        // {"alg":"none"} and {}
        "eyJhbGciOiJub25lIn0.e30.",
        // {"alg":"ES256"} and {}, {"iss":1}, []
        "eyJhbGciOiJFUzI1NiJ9.e30.e30",
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOjF9.e30",
        "eyJhbGciOiJFUzI1NiJ9.W10.e30",
        // {"alg":"ES256"} and the issuer with "iat":"1", and with "sub":1
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL29pZGMuZW11bGF0ZWQuZXhhbXBsZS9jbHVzdGVyIiwic3ViIjoiYSIsImlhdCI6IjEiLCJleHAiOiIyIn0.e30",
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL29pZGMuZW11bGF0ZWQuZXhhbXBsZS9jbHVzdGVyIiwic3ViIjoxLCJpYXQiOjEsImV4cCI6Mn0.e30"
      })
  void a_token_that_is_none_is_refused(String text) {
    assertRefused(assume(text), 401, OF_TOKEN + "Invalid");
  }

  @Test
  void a_token_is_replaced_in_its_file_and_not_shown_where_it_is_printed(@TempDir Path folder)
      throws IOException {
    Path file = folder.resolve("token");
    good().writeTo(file);
    of("shop", "second").writeTo(file);
    assertThat(file)
        .content()
        .satisfies(text -> assertThat(text).matches("[\\w-]+\\.[\\w-]+\\.[\\w-]+"));
    assertThat(folder).isDirectoryNotContaining(other -> !other.equals(file));
    assertThat(good()).asString().contains("shop").doesNotContain(good().text());
  }

  @ParameterizedTest
  @CsvSource({
    "RoleArn, '', 400, MissingParameter",
    "OIDCProviderArn, '', 400, MissingParameter",
    "OIDCToken, '', 400, MissingParameter",
    "RoleSessionName, '', 400, MissingParameter",
    "RoleArn, nonsense, 400, InvalidParameter.RoleArn",
    "RoleArn, acs:ram::x:role/app, 400, InvalidParameter.RoleArn",
    "RoleSessionName, a, 400, InvalidParameter.RoleSessionName",
    "RoleSessionName, a b, 400, InvalidParameter.RoleSessionName",
    "DurationSeconds, 899, 400, InvalidParameter.DurationSeconds",
    "DurationSeconds, -1, 400, InvalidParameter.DurationSeconds",
    "DurationSeconds, long, 400, InvalidParameter.DurationSeconds",
    "DurationSeconds, 99999999, 400, InvalidParameter.DurationSeconds",
    "RoleArn, acs:ram::1234567890123456:role/other, 404, EntityNotExist.Role",
    "RoleArn, acs:ram::6543210987654321:role/app, 404, EntityNotExist.Role",
    "OIDCProviderArn, acs:ram::1:oidc-provider/other, 401, AuthenticationFail.NoPermission",
    "Version, 2016-01-20, 400, InvalidVersion"
  })
  void a_request_with_a_parameter_that_is_missing_or_wrong_is_refused(
      String name, String value, int status, String code) {
    assertRefused(assume(good(), name, value), status, code);
    assertThat(emulator.mintedKeys().all()).isEmpty();
  }

  @Test
  void a_refusal_has_the_form_of_sts_and_throttling_its_code() {
    HttpResponse<String> response = assume(good().expired());
    assertThat(json(response).keySet())
        .containsExactlyInAnyOrder("RequestId", "HostId", "Code", "Message");
    assertThat(response.headers().firstValue("x-acs-request-id"))
        .contains(json(response).get("RequestId").getAsString());
    running.post("/faults?service=sts", "{\"fault\":\"throttled\"}");
    assertRefused(assume(good()), 400, "Throttling.User");
    assertThat(running.read("app/a").statusCode()).isEqualTo(200);
  }

  @Nested
  class The_metadata_service {
    private static final String CREDENTIALS = "/latest/meta-data/ram/security-credentials/";

    @BeforeEach
    void attach() {
      emulator.instance().attachRole("app");
    }

    @Test
    void a_role_is_named_and_has_a_key_that_kms_accepts() {
      assertThat(get(CREDENTIALS).body()).isEqualTo("app");
      assertThat(get("/latest/meta-data/ram/security-credentials").body()).isEqualTo("app");
      JsonObject key = json(get(CREDENTIALS + "app"));
      assertThat(key.get("Code").getAsString()).isEqualTo("Success");
      assertThat(key.get("LastUpdated").getAsString()).isEqualTo("2026-11-24T12:00:00Z");
      assertThat(key.get("Expiration").getAsString()).isEqualTo("2026-11-24T18:00:00Z");
      assertThat(running.readWith(key, "app/a").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"PT6H, PT2H59M59S", "PT20S, PT9S"})
    void a_role_keeps_its_key_for_half_of_its_life(Duration life, Duration kept) {
      emulator.mintedKeys().lifetime(life);
      String first = keyId();
      running.pass(kept);
      assertThat(keyId()).isEqualTo(first);
      running.pass(Duration.ofSeconds(1));
      assertThat(keyId()).isNotEqualTo(first);
    }

    private String keyId() {
      return json(get(CREDENTIALS + "app")).get("AccessKeyId").getAsString();
    }

    @Test
    void in_the_guarded_mode_a_token_is_needed_and_accepted_until_it_expires() {
      emulator.instance().mode(EcsInstance.Mode.GUARDED_ONLY);
      assertThat(get(CREDENTIALS).statusCode()).isEqualTo(403);
      assertThat(get(CREDENTIALS + "app").statusCode()).isEqualTo(403);
      assertThat(getWith("made-up").statusCode()).isEqualTo(401);
      assertThat(getWith(put("21600").body()).body()).isEqualTo("app");
      String token = put("60").body();
      running.pass(Duration.ofSeconds(59));
      assertThat(getWith(token).statusCode()).isEqualTo(200);
      running.pass(Duration.ofSeconds(1));
      assertThat(getWith(token).statusCode()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "21601", "x", "-1", "99999"})
    void a_token_lifetime_out_of_bounds_is_refused(String life) {
      assertThat(put(life).statusCode()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({
      "100.100.100.200, 200",
      "100.100.100.200:80, 200",
      "site.example, 403",
      "100.100.100.200:81, 403",
      "127.0.0.1, 403"
    })
    void as_a_proxy_it_serves_the_real_address_and_no_other(String authority, int status)
        throws IOException {
      var request =
          ClientConnection.head("GET http://" + authority + CREDENTIALS + " HTTP/1.1", "Host: x");
      assertThat(ClientConnection.exchangeText(emulator.metadata().port(), request))
          .startsWith("HTTP/1.1 " + status);
    }

    private HttpResponse<String> getWith(String token) {
      return running.send(
          HttpRequest.newBuilder(URI.create(url(CREDENTIALS)))
              .header("X-aliyun-ecs-metadata-token", token)
              .build());
    }

    private HttpResponse<String> put(String life) {
      return running.send(
          HttpRequest.newBuilder(URI.create(url("/latest/api/token")))
              .header("X-aliyun-ecs-metadata-token-ttl-seconds", life)
              .PUT(BodyPublishers.noBody())
              .build());
    }

    private HttpResponse<String> get(String path) {
      return running.get(url(path));
    }

    private String url(String path) {
      return "http://" + emulator.metadata().endpoint() + path;
    }
  }

  @Test
  void tokens_of_a_cluster_whose_keys_are_known_are_accepted_and_forged_ones_are_not() {
    var cluster = new OidcProvider(new Account("1"), InstantSource.system());
    cluster.publishAt("https://oidc.example.com/c1");
    cluster.rotate("RS256");
    var token = cluster.tokenFor("shop", "app");
    assertThat(assume(token).body()).contains("AuthenticationFail.OIDCToken");

    emulator.oidc().trust(OidcProvider.Cluster.of(cluster.issuer(), cluster.jwks()));
    assertThat(assume(token).statusCode()).isEqualTo(200);
    assertThat(assume(token.wronglySigned()).statusCode()).isNotEqualTo(200);
    assertThat(assume(token.issuer(emulator.oidc().issuer())).statusCode()).isNotEqualTo(200);
    assertThat(assume(good().issuer(cluster.issuer())).statusCode()).isNotEqualTo(200);
    assertThat(assume(good()).statusCode()).isEqualTo(200);
  }

  private IssuedToken good() {
    return of("shop", "app");
  }

  private IssuedToken of(String namespace, String serviceAccount) {
    return emulator.oidc().tokenFor(namespace, serviceAccount);
  }

  /** Asks for a session of the role {@code app}. */
  private HttpResponse<String> assume(IssuedToken token) {
    return assume(token.text());
  }

  private HttpResponse<String> assume(String token) {
    return assume(token, "RoleSessionName", "session");
  }

  /** The same with one parameter of another value. */
  private HttpResponse<String> assume(IssuedToken token, String name, String value) {
    return assume(token.text(), name, value);
  }

  private HttpResponse<String> assume(String token, String name, String value) {
    var form = new TreeMap<String, String>();
    form.put("Action", "AssumeRoleWithOIDC");
    form.put("Version", "2015-04-01");
    form.put("OIDCToken", token);
    form.put("RoleArn", emulator.roles().arn("app"));
    form.put("OIDCProviderArn", emulator.oidc().arn());
    form.put("RoleSessionName", "session");
    form.put(name, value);
    return post("/", new Parameters(form).canonical());
  }

  private HttpResponse<String> post(String path, String form) {
    return running.send(
        HttpRequest.newBuilder(URI.create("https://" + emulator.sts().endpoint() + path))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(form))
            .build());
  }

  private static JsonObject credentials(HttpResponse<String> response) {
    return json(response).getAsJsonObject("Credentials");
  }

  private static void assertRefused(HttpResponse<String> response, int status, String code) {
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(code(response)).isEqualTo(code);
  }
}
