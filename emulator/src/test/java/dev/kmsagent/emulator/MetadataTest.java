package dev.kmsagent.emulator;

import static dev.kmsagent.emulator.RunningEmulator.exchange;
import static dev.kmsagent.emulator.RunningEmulator.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.identity.EcsInstance;
import dev.kmsagent.emulator.identity.Role;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MetadataTest {
  private static final String CREDENTIALS = "/latest/meta-data/ram/security-credentials/";

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
  class A_role {
    @Test
    void is_named() {
      assertThat(get(CREDENTIALS).body()).isEqualTo("app");
      assertThat(get("/latest/meta-data/ram/security-credentials").body()).isEqualTo("app");
    }

    @Test
    void has_a_key_that_kms_accepts() {
      JsonObject key = json(get(CREDENTIALS + "app"));
      assertThat(key.get("Code").getAsString()).isEqualTo("Success");
      assertThat(key.get("LastUpdated").getAsString()).isEqualTo("2026-11-24T12:00:00Z");
      assertThat(key.get("Expiration").getAsString()).isEqualTo("2026-11-24T18:00:00Z");
      assertThat(running.readWith(key, "a").statusCode()).isEqualTo(200);
    }

    @Test
    void keeps_its_key_until_half_an_hour_before_the_end() {
      String first = keyId();
      running.pass(Duration.ofHours(5).plusMinutes(29));
      assertThat(keyId()).isEqualTo(first);
      running.pass(Duration.ofMinutes(1));
      assertThat(keyId()).isNotEqualTo(first);
    }

    @Test
    void keeps_a_key_of_a_short_life_until_its_half() {
      emulator.mintedKeys().lifetime(Duration.ofSeconds(20));
      String first = keyId();
      running.pass(Duration.ofSeconds(9));
      assertThat(keyId()).isEqualTo(first);
      running.pass(Duration.ofSeconds(1));
      assertThat(keyId()).isNotEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(strings = {"other", "app/", "APP"})
    void of_another_name_is_not_found(String name) {
      assertThat(get(CREDENTIALS + name).statusCode()).isEqualTo(404);
    }

    @Test
    void that_was_detached_or_that_the_account_does_not_have_is_not_found() {
      emulator.roles().remove("app");
      assertThat(get(CREDENTIALS).statusCode()).isEqualTo(404);
      emulator.roles().put(Role.named("app"));
      emulator.instance().detachRole();
      assertThat(get(CREDENTIALS).statusCode()).isEqualTo(404);
      assertThat(get(CREDENTIALS + "app").statusCode()).isEqualTo(404);
    }

    private String keyId() {
      return json(get(CREDENTIALS + "app")).get("AccessKeyId").getAsString();
    }
  }

  @Nested
  class In_the_guarded_mode {
    @BeforeEach
    void only() {
      emulator.instance().mode(EcsInstance.Mode.GUARDED_ONLY);
    }

    @Test
    void a_request_without_a_token_or_with_an_unknown_one_is_refused() {
      assertThat(get(CREDENTIALS).statusCode()).isEqualTo(403);
      assertThat(get(CREDENTIALS + "app").statusCode()).isEqualTo(403);
      assertThat(getWith("made-up").statusCode()).isEqualTo(401);
    }

    @Test
    void a_token_is_accepted_until_it_expires() {
      assertThat(getWith(token("21600")).body()).isEqualTo("app");
      String token = token("60");
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

    private HttpResponse<String> getWith(String token) {
      var request =
          HttpRequest.newBuilder(uri(CREDENTIALS)).header("X-aliyun-ecs-metadata-token", token);
      return running.send(request.build());
    }

    private String token(String life) {
      return put(life).body();
    }

    private HttpResponse<String> put(String life) {
      return running.send(
          HttpRequest.newBuilder(uri("/latest/api/token"))
              .header("X-aliyun-ecs-metadata-token-ttl-seconds", life)
              .PUT(BodyPublishers.noBody())
              .build());
    }
  }

  @Nested
  class As_a_proxy {
    @ParameterizedTest
    @ValueSource(strings = {"100.100.100.200", "100.100.100.200:80"})
    void it_serves_the_real_address(String authority) {
      assertThat(through("http://" + authority + CREDENTIALS)).contains("200").endsWith("app");
    }

    @ParameterizedTest
    @ValueSource(strings = {"site.example", "100.100.100.200:81", "127.0.0.1"})
    void it_serves_no_other_address(String authority) {
      assertThat(through("http://" + authority + CREDENTIALS)).startsWith("HTTP/1.1 403");
    }

    @Test
    void kms_is_no_proxy() {
      var request = "GET http://127.0.0.1/_emulator/calls HTTP/1.1\r\nHost: localhost\r\n\r\n";
      assertThat(exchange(emulator.port(), request)).startsWith("HTTP/1.1 400");
    }

    private String through(String target) {
      return exchange(emulator.metadata().port(), "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
    }
  }

  @Test
  void it_is_absent_unless_it_is_enabled() {
    try (var plain = new RunningEmulator()) {
      assertThatThrownBy(plain.emulator()::metadata).isInstanceOf(IllegalStateException.class);
    }
  }

  private HttpResponse<String> get(String path) {
    return running.send(HttpRequest.newBuilder(uri(path)).build());
  }

  private URI uri(String path) {
    return URI.create("http://" + emulator.metadata().endpoint() + path);
  }
}
