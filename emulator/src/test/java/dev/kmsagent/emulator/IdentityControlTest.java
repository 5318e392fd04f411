package dev.kmsagent.emulator;

import static dev.kmsagent.emulator.RunningEmulator.code;
import static dev.kmsagent.emulator.RunningEmulator.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultRule;
import dev.kmsagent.emulator.identity.Claims;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.emulator.protocol.Result;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The control API for STS, the metadata, tokens and keys. */
final class IdentityControlTest {
  private static final String ROLE_KEY = "/latest/meta-data/ram/security-credentials/app";

  @AutoClose
  private final RunningEmulator running =
      new RunningEmulator(builder -> builder.metadata().role(Role.named("app")));

  private final KmsEmulator emulator = running.emulator();

  @BeforeEach
  void a_role_and_a_secret() {
    emulator.instance().attachRole("app");
    emulator.secrets().create("a", "text");
  }

  @Nested
  class A_service {
    @Test
    void has_its_own_faults() {
      assertThat(running.post("/faults?service=metadata", "{\"fault\":\"reset\"}").statusCode())
          .isEqualTo(201);
      assertThat(emulator.metadata().faults().active().getFirst().rule())
          .isEqualTo(FaultRule.of(new Fault.Reset()));
      assertThat(emulator.faults().active()).isEmpty();
      assertThat(running.control("GET", "/faults?service=metadata").body()).contains("reset");
      assertThat(running.control("GET", "/faults?service=kms").body()).doesNotContain("reset");
      assertThat(running.control("DELETE", "/faults?service=metadata").statusCode()).isEqualTo(204);
      assertThat(emulator.metadata().faults().active()).isEmpty();
    }

    @Test
    void has_its_own_calls() {
      roleKey();
      assertThat(json(running.control("GET", "/calls?service=metadata")).get("actions"))
          .hasToString("{\"GetCredentials\":1}");
      assertThat(json(running.control("GET", "/calls")).get("total").getAsInt()).isZero();
      running.control("DELETE", "/calls?service=metadata");
      assertThat(emulator.metadata().calls().total()).isZero();
    }

    @Test
    void can_be_stopped_and_started() {
      assertThat(running.post("/stop?service=metadata", "").statusCode()).isEqualTo(204);
      assertThatThrownBy(IdentityControlTest.this::roleKey)
          .hasCauseInstanceOf(ConnectException.class);
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
      assertThat(code(running.readWith(key, "a"))).isEqualTo("InvalidAccessKeyId.NotFound");
    }

    @ParameterizedTest
    @CsvSource({
      "GET, /faults?service=sts",
      "GET, /calls?service=other",
      "POST, /stop?service=kms",
      "POST, /stop",
      "POST, /start?service=sts"
    })
    void that_is_not_enabled_is_refused(String method, String path) {
      HttpResponse<String> response = running.control(method, path);
      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(json(response).get("Message").getAsString())
          .isEqualTo("service must be kms or metadata; kms is neither stopped nor started");
    }
  }

  @Nested
  class A_token {
    @Test
    void is_valid_for_an_hour() {
      String text = running.post("/token", "{\"subject\":\"system:serviceaccount:a:b\"}").body();
      assertThat(emulator.oidc().verify(text))
          .isInstanceOfSatisfying(
              Result.Done.class,
              done ->
                  assertThat(((Claims) done.value()).subject())
                      .isEqualTo("system:serviceaccount:a:b"));
      running.pass(Duration.ofHours(1));
      assertThat(problemOf(text)).endsWith("Expired");
    }

    @Test
    void has_the_requested_lifetime() {
      String text = running.post("/token", "{\"subject\":\"s\",\"seconds\":60}").body();
      running.pass(Duration.ofSeconds(59));
      assertThat(emulator.oidc().verify(text)).isInstanceOf(Result.Done.class);
      running.pass(Duration.ofSeconds(1));
      assertThat(problemOf(text)).endsWith("Expired");
    }

    @ParameterizedTest
    @CsvSource({
      "expired, Expired",
      "audience, AudienceNotMatch",
      "issuer, Invalid",
      "signature, InvalidSignature"
    })
    void can_have_a_flaw(String flaw, String reason) {
      String text = running.post("/token", "{\"subject\":\"s\",\"flaw\":\"" + flaw + "\"}").body();
      assertThat(problemOf(text)).isEqualTo("AuthenticationFail.OIDCToken." + reason);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "{}",
          "no json",
          "{\"subject\":1}",
          "{\"subject\":\"s\",\"flaw\":\"other\"}",
          "{\"subject\":\"s\",\"seconds\":\"x\"}",
          "{\"subject\":\"s\",\"audience\":\"x\"}"
        })
    void with_an_invalid_request_is_refused(String body) {
      HttpResponse<String> response = running.post("/token", body);
      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(code(response)).isEqualTo("InvalidParameter");
    }

    private String problemOf(String text) {
      return switch (emulator.oidc().verify(text)) {
        case Result.Done<Claims>(var claims) -> claims.toString();
        case Result.Refused<Claims>(var error) -> error.code();
      };
    }
  }

  @Nested
  class Keys {
    @Test
    void are_shown_without_their_secrets() {
      JsonObject key = roleKey();
      HttpResponse<String> response = running.control("GET", "/keys");
      assertThat(response.body())
          .contains(key.get("AccessKeyId").getAsString())
          .contains("\"role\":\"app\"")
          .contains("\"expires\":\"2026-11-24T18:00:00Z\"")
          .doesNotContain(key.get("AccessKeySecret").getAsString())
          .doesNotContain(key.get("SecurityToken").getAsString());
    }

    @Test
    void can_be_revoked_one_by_one_and_all() {
      JsonObject first = roleKey();
      assertThat(running.readWith(first, "a").statusCode()).isEqualTo(200);
      running.control("DELETE", "/keys?id=" + first.get("AccessKeyId").getAsString());
      assertThat(code(running.readWith(first, "a"))).isEqualTo("InvalidAccessKeyId.NotFound");
      JsonObject second = roleKey();
      assertThat(running.control("DELETE", "/keys").statusCode()).isEqualTo(204);
      assertThat(code(running.readWith(second, "a"))).isEqualTo("InvalidAccessKeyId.NotFound");
    }

    @Test
    void that_were_not_minted_cannot_be_revoked() {
      running.control("DELETE", "/keys?id=ak");
      assertThat(running.read("a").statusCode()).isEqualTo(200);
    }

    @Test
    void have_the_lifetime_that_is_set() {
      assertThat(running.post("/lifetime?seconds=20", "").statusCode()).isEqualTo(204);
      assertThat(roleKey().get("Expiration").getAsString()).isEqualTo("2026-11-24T12:00:20Z");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?seconds=0", "?seconds=x", "?seconds=1.5"})
    void have_no_invalid_lifetime(String query) {
      assertThat(running.post("/lifetime" + query, "").statusCode()).isEqualTo(400);
    }
  }

  private JsonObject roleKey() {
    URI uri = URI.create("http://" + emulator.metadata().endpoint() + ROLE_KEY);
    return json(running.send(HttpRequest.newBuilder(uri).build()));
  }
}
