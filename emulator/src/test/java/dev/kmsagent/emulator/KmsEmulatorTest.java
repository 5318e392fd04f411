package dev.kmsagent.emulator;

import static dev.kmsagent.emulator.RunningEmulator.exchange;
import static dev.kmsagent.emulator.RunningEmulator.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kmsagent.emulator.gateway.Call;
import dev.kmsagent.emulator.protocol.SignatureScheme;
import dev.kmsagent.testkit.FreePort;
import dev.kmsagent.testkit.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KmsEmulatorTest {
  @AutoClose private final RunningEmulator running = new RunningEmulator();
  private final KmsEmulator emulator = running.emulator();

  @Test
  void a_signed_request_reads_a_secret() {
    emulator.secrets().create("app/dev/secret-1", "s e*c~r+e/t");
    HttpResponse<String> response = running.read("app/dev/secret-1");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(json(response).get("SecretData").getAsString()).isEqualTo("s e*c~r+e/t");
  }

  @Test
  void the_request_id_is_in_header_body_and_record() {
    HttpResponse<String> response = running.read("none");
    assertThat(response.headers().firstValue("x-acs-request-id"))
        .contains(json(response).get("RequestId").getAsString())
        .contains(emulator.calls().latest().getFirst().requestId());
  }

  @Test
  void a_call_is_recorded_with_who_what_and_outcome() {
    running.send(running.request("GetSecretValue").by("ak", "wrong").with("SecretName", "a"));
    Call call = emulator.calls().latest().getFirst();
    assertThat(call.at()).isEqualTo(running.now());
    assertThat(call.action()).isEqualTo("GetSecretValue");
    assertThat(call.secretName()).isEqualTo("a");
    assertThat(call.scheme()).isEqualTo(SignatureScheme.V3);
    assertThat(call.accessKeyId()).isEqualTo("ak");
    assertThat(call.outcome()).isEqualTo(new Call.Outcome.Refused(400, "SignatureDoesNotMatch"));
  }

  @Test
  void a_wrong_signature_is_told_in_the_sentence_that_sdks_look_for() {
    var answer = running.send(running.request("GetSecretValue").by("ak", "wrong"));
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(json(answer).get("Message").getAsString())
        .matches(
            "Specified signature is not matched with our calculation\\. server string to sign is:"
                + "ACS3-HMAC-SHA256\n[0-9a-f]{64}");
  }

  @Test
  void calls_are_counted_by_action_and_by_secret() {
    running.read("a");
    running.read("acs:kms:cn-hangzhou:1234567890:secret/a");
    running.send(running.request("ListSecrets"));
    assertThat(emulator.calls().total()).isEqualTo(3);
    assertThat(emulator.calls().ofAction("GetSecretValue")).isEqualTo(2);
    assertThat(emulator.calls().ofSecret("a")).isEqualTo(2);
    emulator.calls().clear();
    assertThat(emulator.calls().total()).isZero();
  }

  @Test
  void a_query_that_cannot_be_decoded_and_an_unknown_method_are_refused() {
    int port = emulator.port();
    assertThat(exchange(port, "POST /?SecretName=%zz HTTP/1.1\r\nHost: x\r\n\r\n"))
        .startsWith("HTTP/1.1 400");
    assertThat(exchange(port, "PUT / HTTP/1.1\r\nHost: x\r\n\r\n"))
        .startsWith("HTTP/1.1 403")
        .contains("UnsupportedHTTPMethod");
  }

  @Test
  void a_get_is_accepted_like_a_post() {
    emulator.secrets().create("a", "text");
    var request = running.request("GetSecretValue").method("GET").with("SecretName", "a");
    assertThat(running.send(request).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void a_port_that_is_taken_is_named_and_those_before_it_are_freed(int number)
      throws IOException, GeneralSecurityException {
    var ports = List.of(FreePort.next(), FreePort.next(), FreePort.next());
    var builder =
        KmsEmulator.builder()
            .port(ports.get(0))
            .sts(Localhost.CERTIFICATES.server(), ports.get(1))
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
