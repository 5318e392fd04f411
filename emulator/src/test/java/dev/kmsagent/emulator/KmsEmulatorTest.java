package dev.kmsagent.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kmsagent.emulator.gateway.Call;
import dev.kmsagent.emulator.signature.SignatureScheme;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_METHOD)
final class KmsEmulatorTest {
  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

  private final HttpClient client = HttpClient.newHttpClient();
  private KmsEmulator emulator;

  @BeforeEach
  void start() throws IOException {
    emulator = KmsEmulator.builder().clock(InstantSource.fixed(NOW)).accessKey("ak", "sk").start();
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    emulator.close();
  }

  @Test
  void a_signed_request_reads_a_secret() throws IOException, InterruptedException {
    emulator.secrets().create("app/dev/secret-1", "s e*c~r+e/t");
    var response =
        send(V3Request.of("GetSecretValue").by("ak", "sk").with("SecretName", "app/dev/secret-1"));
    JsonObject body = JsonParser.parseString(response.body()).getAsJsonObject();
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(body.get("SecretData").getAsString()).isEqualTo("s e*c~r+e/t");
    assertThat(body.get("RequestId").getAsString())
        .isEqualTo(response.headers().firstValue("x-acs-request-id").orElseThrow());
    assertThat(emulator.calls().ofSecret("app/dev/secret-1")).isEqualTo(1);
  }

  @Test
  void a_request_signed_with_another_secret_is_refused() throws IOException, InterruptedException {
    emulator.secrets().create("a", "text");
    var response = send(V3Request.of("GetSecretValue").by("ak", "other").with("SecretName", "a"));
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains("SignatureDoesNotMatch");
    Call call = emulator.calls().latest().getFirst();
    assertThat(call.scheme()).isEqualTo(SignatureScheme.V3);
    assertThat(call.outcome()).isEqualTo(new Call.Outcome.Refused(400, "SignatureDoesNotMatch"));
  }

  private HttpResponse<String> send(V3Request request) throws IOException, InterruptedException {
    return client.send(request.at(NOW).signedFor(emulator.port()), BodyHandlers.ofString());
  }
}
