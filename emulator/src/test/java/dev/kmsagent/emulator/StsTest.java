package dev.kmsagent.emulator;

import static dev.kmsagent.emulator.RunningEmulator.code;
import static dev.kmsagent.emulator.RunningEmulator.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.identity.IssuedToken;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.emulator.identity.TrustPolicy;
import dev.kmsagent.emulator.protocol.SignatureScheme;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class StsTest {
  private static final String EXPIRED = "AuthenticationFail.OIDCToken.Expired";

  @AutoClose private RunningEmulator running;
  @AutoClose private StsClient client;
  private KmsEmulator emulator;

  @BeforeEach
  void start() throws IOException, GeneralSecurityException {
    var context = Localhost.CERTIFICATES.server();
    running = new RunningEmulator(builder -> builder.sts(context).role(Role.named("app")));
    emulator = running.emulator();
    client = new StsClient(emulator, Localhost.CERTIFICATES.client());
    emulator.secrets().create("app/a", "text").create("other", "text");
  }

  @Nested
  class A_session {
    @Test
    void has_the_answer_of_the_cloud() {
      JsonObject answer = json(client.assume(good()));
      assertThat(answer.keySet())
          .containsExactlyInAnyOrder(
              "RequestId", "AssumedRoleUser", "OIDCTokenInfo", "Credentials");
      assertThat(answer.getAsJsonObject("AssumedRoleUser").get("Arn").getAsString())
          .isEqualTo("acs:ram::1234567890123456:role/app/session");
      assertThat(answer.getAsJsonObject("AssumedRoleUser").get("AssumedRoleId").getAsString())
          .matches("\\d{18}:session");
      assertThat(answer.getAsJsonObject("OIDCTokenInfo"))
          .hasToString(
              "{\"Issuer\":\"https://oidc.emulated.example/cluster\","
                  + "\"Subject\":\"system:serviceaccount:shop:app\","
                  + "\"ClientIds\":\"sts.aliyuncs.com\","
                  + "\"IssuanceTime\":\"2026-11-24T12:00:00Z\","
                  + "\"ExpirationTime\":\"2026-11-24T13:00:00Z\","
                  + "\"VerificationInfo\":\"Success\"}");
      assertThat(answer.getAsJsonObject("Credentials").get("AccessKeyId").getAsString())
          .startsWith("STS.");
    }

    @Test
    void has_the_requested_duration() {
      JsonObject key = credentials(client.assume(good(), "DurationSeconds", "900"));
      assertThat(key.get("Expiration").getAsString()).isEqualTo("2026-11-24T12:15:00Z");
      running.pass(Duration.ofMinutes(15).minusSeconds(1));
      assertThat(running.readWith(key, "app/a").statusCode()).isEqualTo(200);
      running.pass(Duration.ofSeconds(1));
      assertThat(code(running.readWith(key, "app/a"))).isEqualTo("InvalidSecurityToken.Expired");
    }

    @Test
    void lasts_an_hour_or_shorter_than_the_cloud_would() {
      assertThat(credentials(client.assume(good())).get("Expiration").getAsString())
          .isEqualTo("2026-11-24T13:00:00Z");
      emulator.mintedKeys().lifetime(Duration.ofSeconds(7));
      assertThat(credentials(client.assume(good())).get("Expiration").getAsString())
          .isEqualTo("2026-11-24T12:00:07Z");
    }

    @Test
    void can_be_revoked_before_its_end() {
      JsonObject first = credentials(client.assume(good()));
      JsonObject second = credentials(client.assume(good()));
      emulator.mintedKeys().revoke(first.get("AccessKeyId").getAsString());
      assertThat(code(running.readWith(first, "app/a"))).isEqualTo("InvalidAccessKeyId.NotFound");
      assertThat(running.readWith(second, "app/a").statusCode()).isEqualTo(200);
      emulator.mintedKeys().revokeAll();
      assertThat(code(running.readWith(second, "app/a"))).isEqualTo("InvalidAccessKeyId.NotFound");
      assertThat(emulator.mintedKeys().all()).isEmpty();
    }

    @Test
    void is_known_with_its_role_and_name() {
      client.assume(good());
      var minted = emulator.mintedKeys().all().getFirst();
      assertThat(minted.roleName()).isEqualTo("app");
      assertThat(minted.sessionName()).isEqualTo("session");
      assertThat(minted.minted()).isEqualTo(running.now());
    }
  }

  @Nested
  class A_role {
    @Test
    void reads_only_what_it_may() {
      emulator.roles().put(Role.named("app").reading("app/*"));
      JsonObject key = credentials(client.assume(good()));
      assertThat(running.readWith(key, "app/a").statusCode()).isEqualTo(200);
      HttpResponse<String> refused = running.readWith(key, "other");
      assertThat(refused.statusCode()).isEqualTo(403);
      assertThat(code(refused)).isEqualTo("Forbidden.NoPermission");
      assertThat(code(running.readWith(key, "missing"))).isEqualTo("Forbidden.NoPermission");
      assertThat(running.read("other").statusCode()).isEqualTo(200);
    }

    @Test
    void that_changes_changes_what_its_keys_may_read() {
      JsonObject key = credentials(client.assume(good()));
      emulator.roles().put(Role.named("app").reading("none"));
      assertThat(running.readWith(key, "app/a").statusCode()).isEqualTo(403);
      emulator.roles().put(Role.named("app"));
      assertThat(running.readWith(key, "app/a").statusCode()).isEqualTo(200);
      emulator.roles().remove("app");
      assertThat(running.readWith(key, "app/a").statusCode()).isEqualTo(403);
    }

    @Test
    void trusts_only_the_subjects_that_it_names() {
      emulator
          .roles()
          .put(trusting(TrustPolicy.everybody().subjects("system:serviceaccount:shop:*")));
      assertThat(client.assume(good()).statusCode()).isEqualTo(200);
      assertRefused(client.assume(of("bank", "app")), 401, "AuthenticationFail.NoPermission");
    }

    @Test
    void has_a_longest_session() {
      String twoHours = "7200";
      assertRefused(
          client.assume(good(), "DurationSeconds", twoHours),
          400,
          "InvalidParameter.DurationSeconds");
      emulator.roles().put(Role.named("app").maxSession(Duration.ofHours(2)));
      assertThat(client.assume(good(), "DurationSeconds", twoHours).statusCode()).isEqualTo(200);
    }

    private Role trusting(TrustPolicy trust) {
      return Role.named("app").trusting(trust);
    }
  }

  @Nested
  class A_token {
    @Test
    void expires_by_the_clock() {
      IssuedToken token = good().livingFor(Duration.ofMinutes(10));
      running.pass(Duration.ofMinutes(10).minusSeconds(1));
      assertThat(client.assume(token).statusCode()).isEqualTo(200);
      running.pass(Duration.ofSeconds(1));
      assertRefused(client.assume(token), 401, EXPIRED);
    }

    @Test
    void is_valid_by_a_rotated_key_and_by_the_one_before() {
      IssuedToken before = good();
      emulator.oidc().rotate("RS256");
      assertThat(client.assume(before).statusCode()).isEqualTo(200);
      assertThat(client.assume(good()).statusCode()).isEqualTo(200);
      assertRefused(
          client.assume(good().wronglySigned()),
          401,
          "AuthenticationFail.OIDCToken.InvalidSignature");
    }

    @Test
    void that_was_altered_is_refused() {
      String[] parts = good().text().split("\\.");
      String payload = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
      String altered = payload.replace("shop", "bank");
      parts[1] =
          Base64.getUrlEncoder()
              .withoutPadding()
              .encodeToString(altered.getBytes(StandardCharsets.UTF_8));
      assertRefused(
          client.assume(String.join(".", parts)),
          401,
          "AuthenticationFail.OIDCToken.InvalidSignature");
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
    void that_is_none_is_refused(String text) {
      assertRefused(client.assume(text), 401, "AuthenticationFail.OIDCToken.Invalid");
    }

    @Test
    void is_replaced_in_its_file_atomically(@TempDir Path folder) throws IOException {
      Path file = folder.resolve("token");
      good().writeTo(file);
      IssuedToken second = of("shop", "second");
      second.writeTo(file);
      assertThat(file).content().satisfies(StsTest::isSignedToken);
      assertThat(folder)
          .isDirectoryContaining(file::equals)
          .isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void is_not_shown_where_it_is_printed() {
      assertThat(good()).asString().contains("shop").doesNotContain(good().text());
    }
  }

  @Nested
  class A_request {
    @ParameterizedTest
    @ValueSource(strings = {"RoleArn", "OIDCProviderArn", "OIDCToken", "RoleSessionName"})
    void lacks_a_parameter(String name) {
      assertRefused(client.assume(good(), name, ""), 400, "MissingParameter");
    }

    @ParameterizedTest
    @CsvSource({
      "RoleArn, nonsense",
      "RoleArn, acs:ram::x:role/app",
      "RoleSessionName, a",
      "RoleSessionName, a b",
      "DurationSeconds, 899",
      "DurationSeconds, -1",
      "DurationSeconds, long",
      "DurationSeconds, 99999999"
    })
    void has_a_parameter_that_is_wrong(String name, String value) {
      assertRefused(client.assume(good(), name, value), 400, "InvalidParameter." + name);
    }

    @ParameterizedTest
    @CsvSource({
      "RoleArn, acs:ram::1234567890123456:role/other, 404, EntityNotExist.Role",
      "RoleArn, acs:ram::6543210987654321:role/app, 404, EntityNotExist.Role",
      "OIDCProviderArn, acs:ram::1:oidc-provider/other, 401, AuthenticationFail.NoPermission"
    })
    void names_what_does_not_exist(String name, String value, int status, String code) {
      assertRefused(client.assume(good(), name, value), status, code);
    }

    @Test
    void needs_a_signature_where_it_brings_no_token() {
      assertRefused(client.send("AssumeRole", "2015-04-01", "a=b"), 400, "MissingParameter");
      assertThat(emulator.mintedKeys().all()).isEmpty();
    }

    @Test
    void is_for_another_version() {
      assertRefused(client.send("AssumeRoleWithOIDC", "2016-01-20", "a=b"), 400, "InvalidVersion");
    }
  }

  @Nested
  class With_a_fault {
    @Test
    void throttled_has_the_code_of_sts_and_not_of_kms() {
      running.post("/faults?service=sts", "{\"fault\":\"throttled\"}");
      assertRefused(client.assume(good()), 400, "Throttling.User");
      assertThat(running.read("app/a").statusCode()).isEqualTo(200);
    }

    @Test
    void a_refusal_has_the_form_of_sts() {
      HttpResponse<String> response = client.assume(good().expired());
      assertThat(json(response).keySet())
          .containsExactlyInAnyOrder("RequestId", "HostId", "Code", "Message");
      assertThat(response.headers().firstValue("x-acs-request-id"))
          .contains(json(response).get("RequestId").getAsString());
    }
  }

  @Test
  void a_call_is_recorded_without_its_token() {
    client.assume(good());
    var call = emulator.sts().calls().latest().getFirst();
    assertThat(call.action()).isEqualTo("AssumeRoleWithOIDC");
    assertThat(call.scheme()).isEqualTo(SignatureScheme.NONE);
    assertThat(call.at()).isEqualTo(running.now());
  }

  @Test
  void it_is_absent_unless_it_is_enabled() {
    try (var plain = new RunningEmulator()) {
      assertThatThrownBy(plain.emulator()::sts).isInstanceOf(IllegalStateException.class);
    }
  }

  private IssuedToken good() {
    return of("shop", "app");
  }

  private IssuedToken of(String namespace, String serviceAccount) {
    return emulator.oidc().tokenFor(namespace, serviceAccount);
  }

  private static void isSignedToken(String text) {
    assertThat(text).matches("[\\w-]+\\.[\\w-]+\\.[\\w-]+");
  }

  private static JsonObject credentials(HttpResponse<String> response) {
    return json(response).getAsJsonObject("Credentials");
  }

  private static void assertRefused(HttpResponse<String> response, int status, String code) {
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(code(response)).isEqualTo(code);
  }
}
