package dev.kmsagent.emulator;

import static dev.kmsagent.emulator.RunningEmulator.code;
import static dev.kmsagent.emulator.RunningEmulator.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.gateway.Call;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultRule;
import dev.kmsagent.testkit.FreePort;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class KmsEmulatorTest {
  @AutoClose private final RunningEmulator running = new RunningEmulator();
  private final KmsEmulator emulator = running.emulator();
  private final EmulatorSecrets secrets = emulator.secrets();

  private String data(String name) {
    return json(running.read(name)).get("SecretData").getAsString();
  }

  @Nested
  class A_secret {
    @Test
    void is_read_in_the_documented_shape() {
      secrets.create("app/dev/secret-1", "s e*c~r+e/t");
      HttpResponse<String> response = running.read("app/dev/secret-1");
      assertThat(response.statusCode()).isEqualTo(200);
      JsonObject body = json(response);
      String requestId = body.remove("RequestId").getAsString();
      assertThat(response.headers().firstValue("x-acs-request-id"))
          .contains(requestId)
          .contains(emulator.calls().latest().getFirst().requestId());
      assertThat(body)
          .hasToString(
              """
              {"SecretName":"app/dev/secret-1","SecretType":"Generic","SecretData":"s e*c~r+e/t",\
              "SecretDataType":"text","VersionId":"v1",\
              "VersionStages":{"VersionStage":["ACSCurrent"]},\
              "CreateTime":"2026-11-24T12:00:00Z"}""");
    }

    @ParameterizedTest
    @CsvSource({
      "a, '', '', new",
      "a, '', ACSPrevious, old",
      "a, v1, '', old",
      "a, v2, ACSCurrent, new",
      "a, v9, '', Forbidden.ResourceNotFound",
      "a, v1, ACSCurrent, Forbidden.ResourceNotFound",
      "a, '', other, Forbidden.ResourceNotFound",
      "b, '', '', Forbidden.ResourceNotFound"
    })
    void is_read_in_a_version_by_stage_by_id_and_by_both(
        String name, String id, String stage, String expected) {
      secrets.create("a", "old").put("a", "v2", "new");
      var answer =
          running.call(
              "GetSecretValue", "SecretName", name, "VersionId", id, "VersionStage", stage);
      assertThat(answer.statusCode()).isEqualTo(expected.startsWith("Forbidden") ? 404 : 200);
      assertThat(answer.body()).contains('"' + expected + '"');
    }

    @Test
    void has_ten_versions_of_which_two_have_stages() {
      secrets.create("a", "1");
      for (int number = 2; number <= 11; number++) {
        secrets.put("a", "v" + number, Integer.toString(number));
      }
      assertThat(version("v1").statusCode()).isEqualTo(404);
      assertThat(version("v2").body()).contains("\"VersionStage\":[]");
      assertThat(version("v9").body()).contains("\"VersionStage\":[]");
      assertThat(version("v10").body()).contains("\"VersionStage\":[\"ACSPrevious\"]");
      assertThat(data("a")).isEqualTo("11");
    }

    private HttpResponse<String> version(String id) {
      return running.call("GetSecretValue", "SecretName", "a", "VersionId", id);
    }

    @Test
    void is_rotated_to_a_version_after_the_highest_whose_value_shows_its_number() {
      secrets.create("json", "{\"user\":\"u\"}").rotate("json").rotate("json");
      assertThat(data("json")).isEqualTo("{\"user\":\"u\",\"rotation\":3}");
      secrets.createBinary("bytes", new byte[] {0, -1}).rotate("bytes").rotate("bytes");
      assertThat(Base64.getDecoder().decode(data("bytes"))).containsExactly(0, -1, '#', '3');
      secrets.create("text", "x").put("text", "v7", "y").put("text", "blue", "z").rotate("text");
      assertThat(data("text")).isEqualTo("z#8");
    }

    @Test
    void is_not_changed_in_a_way_that_kms_refuses() {
      secrets.create("a", "1").put("a", "v2", "2").put("a", "v1", "1");
      assertThat(data("a")).isEqualTo("2");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> secrets.put("a", "v1", "other"))
          .withMessageStartingWith("Rejected.ResourceExist");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> secrets.create("a", "text"))
          .withMessageStartingWith("Rejected.ResourceExist");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> secrets.put("b", "v1", "text"))
          .withMessageStartingWith("Forbidden.ResourceNotFound");
    }
  }

  @Nested
  class A_request {
    @ParameterizedTest
    @CsvSource({
      "GetSecretValue, SecretName, '', 400, MissingParameter",
      "GetSecretValue, Recipient, x, 400, Rejected.UnsupportedOperation",
      "GetEverything, SecretName, a, 404, InvalidAction.NotFound",
      "GetSecretValue, Version, 2015-04-01, 400, InvalidVersion"
    })
    void that_kms_does_not_know_is_refused(
        String action, String parameter, String value, int status, String code) {
      var answer = running.call(action, "SecretName", "a", parameter, value);
      assertThat(answer.statusCode()).isEqualTo(status);
      assertThat(code(answer)).isEqualTo(code);
    }

    @Test
    void with_a_wrong_signature_is_told_in_the_sentence_that_sdks_look_for() {
      var answer = running.callBy("ak", "wrong", "GetSecretValue");
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(json(answer).get("Message").getAsString())
          .startsWith(
              "Specified signature is not matched with our calculation. server string to sign is:"
                  + "POST&%2F&AccessKeyId%3Dak%26Action%3DGetSecretValue%26");
    }

    @ParameterizedTest
    @CsvSource({
      "POST, /?SecretName=%zz, 400, ''",
      "POST, /_emulator/rotate?name=%zz, 400, InvalidParameter",
      "GET, http://127.0.0.1/_emulator/calls, 400, ''",
      "PUT, /, 403, UnsupportedHTTPMethod"
    })
    void that_cannot_be_decoded_or_is_for_a_proxy_or_of_another_method_is_refused(
        String method, String target, int status, String code) throws IOException {
      var request = ClientConnection.head(method + " " + target + " HTTP/1.1", "Host: localhost");
      assertThat(ClientConnection.exchangeText(emulator.port(), request))
          .startsWith("HTTP/1.1 " + status)
          .contains(code);
    }

    @Test
    void may_be_a_get() {
      secrets.create("a", "text");
      var query = running.query("GET", "ak", "sk", "GetSecretValue", "SecretName", "a");
      var answer = running.get("http://" + emulator.endpoint() + "/?" + query);
      assertThat(answer.statusCode()).isEqualTo(200);
    }
  }

  /** When it strikes. What each of them is, the matrix of faults of the agent shows. */
  @Nested
  class A_fault {
    private int status() {
      return running.read("a").statusCode();
    }

    @Test
    void affects_the_calls_that_it_is_for_as_often_as_it_says() {
      secrets.create("a", "text").create("b", "text");
      emulator.faults().add(FaultRule.of(Fault.throttled()).onSecret("a").times(2));
      emulator.faults().add(FaultRule.of(new Fault.Empty(503)).onAction("ListSecrets"));
      assertThat(status()).isEqualTo(429);
      assertThat(running.read("b").statusCode()).isEqualTo(200);
      assertThat(running.call("ListSecrets").statusCode()).isEqualTo(503);
      assertThat(status()).isEqualTo(429);
      assertThat(status()).isEqualTo(200);
      assertThat(emulator.faults().active()).hasSize(1);
    }

    @Test
    void for_a_minute_ends_with_it() {
      secrets.create("a", "text");
      emulator.faults().add(FaultRule.of(Fault.throttled()).lasting(Duration.ofMinutes(1)));
      running.pass(Duration.ofSeconds(59));
      assertThat(status()).isEqualTo(429);
      running.pass(Duration.ofSeconds(1));
      assertThat(status()).isEqualTo(200);
    }

    @Test
    void applies_in_its_order_until_it_is_cleared() {
      secrets.create("a", "text");
      emulator.faults().add(FaultRule.of(new Fault.Empty(500)).times(1));
      long second = emulator.faults().add(new Fault.Empty(502)).number();
      emulator.faults().add(new Fault.Empty(503));
      assertThat(status()).isEqualTo(500);
      assertThat(status()).isEqualTo(502);
      emulator.faults().clear(second);
      assertThat(status()).isEqualTo(503);
      emulator.faults().clear();
      assertThat(status()).isEqualTo(200);
    }

    @Test
    void strikes_no_call_with_a_wrong_signature() {
      emulator.faults().add(FaultRule.of(Fault.throttled()).times(1));
      var answer = running.callBy("ak", "wrong", "GetSecretValue", "SecretName", "a");
      assertThat(code(answer)).isEqualTo("SignatureDoesNotMatch");
      assertThat(status()).isEqualTo(429);
      assertThat(emulator.calls().latest().getLast().outcome())
          .isEqualTo(new Call.Outcome.Faulted(Fault.throttled()));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void a_port_that_is_taken_is_named_and_those_before_it_are_freed(int number)
      throws IOException, GeneralSecurityException {
    var ports = List.of(FreePort.next(), FreePort.next(), FreePort.next());
    var builder =
        KmsEmulator.builder()
            .port(ports.get(0))
            .sts(RunningEmulator.CERTIFICATES.server(), ports.get(1))
            .metadata(new InetSocketAddress(InetAddress.getLoopbackAddress(), ports.get(2)));
    int port = ports.get(number);
    try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(builder::start)
          .isInstanceOf(BindException.class)
          .hasMessageStartingWith("127.0.0.1:" + port + ": Address");
    }
    try (var again = startSoon(builder)) {
      assertThat(List.of(again.port(), again.sts().port(), again.metadata().port()))
          .isEqualTo(ports);
    }
  }

  /** A process that another test starts may have the descriptor of the closed port for a moment. */
  private static KmsEmulator startSoon(KmsEmulator.Builder builder) {
    return Patience.see(() -> startIfFree(builder), Optional::isPresent).orElseThrow();
  }

  private static Optional<KmsEmulator> startIfFree(KmsEmulator.Builder builder) {
    try {
      return Optional.of(builder.start());
    } catch (BindException taken) {
      return Optional.empty();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
