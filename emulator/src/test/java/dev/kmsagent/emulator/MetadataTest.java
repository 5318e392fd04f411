package dev.kmsagent.emulator;

import static dev.kmsagent.emulator.RunningEmulator.exchange;
import static dev.kmsagent.emulator.RunningEmulator.json;
import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  @Test
  void a_role_is_named_and_has_a_key_that_kms_accepts() {
    assertThat(get(CREDENTIALS).body()).isEqualTo("app");
    assertThat(get("/latest/meta-data/ram/security-credentials").body()).isEqualTo("app");
    JsonObject key = json(get(CREDENTIALS + "app"));
    assertThat(key.get("Code").getAsString()).isEqualTo("Success");
    assertThat(key.get("LastUpdated").getAsString()).isEqualTo("2026-11-24T12:00:00Z");
    assertThat(key.get("Expiration").getAsString()).isEqualTo("2026-11-24T18:00:00Z");
    assertThat(running.readWith(key, "a").statusCode()).isEqualTo(200);
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
  void a_role_that_the_instance_or_the_account_does_not_have_is_not_found() {
    for (var other : new String[] {"other", "app/", "APP"}) {
      assertThat(get(CREDENTIALS + other).statusCode()).isEqualTo(404);
    }
    emulator.roles().remove("app");
    assertThat(get(CREDENTIALS).statusCode()).isEqualTo(404);
    emulator.roles().put(Role.named("app"));
    emulator.instance().detachRole();
    assertThat(get(CREDENTIALS).statusCode()).isEqualTo(404);
    assertThat(get(CREDENTIALS + "app").statusCode()).isEqualTo(404);
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
  void as_a_proxy_it_serves_the_real_address_and_no_other(String authority, int status) {
    var request = "GET http://" + authority + CREDENTIALS + " HTTP/1.1\r\nHost: x\r\n\r\n";
    assertThat(exchange(emulator.metadata().port(), request)).startsWith("HTTP/1.1 " + status);
  }

  @Test
  void kms_is_no_proxy() {
    var request = "GET http://127.0.0.1/_emulator/calls HTTP/1.1\r\nHost: localhost\r\n\r\n";
    assertThat(exchange(emulator.port(), request)).startsWith("HTTP/1.1 400");
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
