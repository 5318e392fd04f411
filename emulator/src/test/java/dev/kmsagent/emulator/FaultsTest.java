package dev.kmsagent.emulator;

import static dev.kmsagent.emulator.RunningEmulator.code;
import static dev.kmsagent.emulator.RunningEmulator.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.kmsagent.emulator.gateway.Call;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultRule;
import dev.kmsagent.testkit.Patience;
import java.io.IOException;
import java.net.SocketException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class FaultsTest {
  @AutoClose private final RunningEmulator running = new RunningEmulator();
  private final KmsEmulator emulator = running.emulator();

  @BeforeEach
  void a_secret() {
    emulator.secrets().create("a", "text");
  }

  private int status() {
    return running.read("a").statusCode();
  }

  @Nested
  class On_the_connection {
    @Test
    void latency_delays_the_right_answer() {
      emulator.faults().add(new Fault.Latency(Duration.ofMillis(200)));
      HttpResponse<String> response = running.read("a");

      assertThat(running.delays()).containsExactly(Duration.ofMillis(200));
      assertThat(json(response).get("SecretData").getAsString()).isEqualTo("text");
    }

    /** That it would answer later is not shown: there is no end to wait for. */
    @Test
    void hang_does_not_answer() {
      emulator.faults().add(new Fault.Hang());
      assertThatThrownBy(() -> running.send(impatient(Duration.ofMillis(100))))
          .hasCauseInstanceOf(HttpTimeoutException.class);
    }

    @Test
    void drip_sends_the_right_answer_byte_by_byte() {
      emulator.faults().add(new Fault.Drip(Duration.ofMillis(1)));
      HttpResponse<String> response = running.read("a");

      assertThat(running.delays())
          .hasSize(response.body().length())
          .containsOnly(Duration.ofMillis(1));
      assertThat(json(response).get("SecretData").getAsString()).isEqualTo("text");
    }

    @Test
    void reset_ends_the_connection_before_the_answer() {
      emulator.faults().add(new Fault.Reset());
      assertThatThrownBy(() -> running.read("a"))
          .rootCause()
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
    }

    @Test
    void truncated_ends_inside_the_body() {
      emulator.faults().add(new Fault.Truncated(10));
      assertThatThrownBy(() -> running.read("a")).hasMessageContaining("bytes received: 10");
    }

    private HttpRequest impatient(Duration patience) {
      V3Request request = running.request("GetSecretValue").with("SecretName", "a");
      return HttpRequest.newBuilder(request.signedFor(emulator.port()), (_, _) -> true)
          .timeout(patience)
          .build();
    }
  }

  static Stream<Arguments> answers() {
    return Stream.of(
        arguments(Fault.throttled(), 429, "\\{.*\"Code\":\"Rejected.Throttling\".*}"),
        arguments(new Fault.Failure(403, "Its.Code"), 403, "\\{.*\"Code\":\"Its.Code\".*}"),
        arguments(new Fault.Html(502), 502, "<html>.*</html>\\s*"),
        arguments(new Fault.Empty(503), 503, ""),
        arguments(new Fault.Empty(200), 200, ""),
        arguments(new Fault.Redirect("http://127.0.0.1:1/"), 302, ""));
  }

  @ParameterizedTest
  @MethodSource("answers")
  void a_fault_in_place_of_the_answer_has_its_status_and_body(
      Fault fault, int status, String body) {
    emulator.faults().add(fault);
    HttpResponse<String> response = running.read("a");

    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.body()).matches("(?s)" + body);
    assertThat(response.headers().firstValue("location").isPresent()).isEqualTo(status == 302);
    assertThat(
            response.headers().firstValue("content-type").filter("text/html"::equals).isPresent())
        .isEqualTo(fault instanceof Fault.Html);
  }

  @Nested
  class In_the_body {
    @Test
    void malformed_is_no_json() {
      emulator.faults().add(new Fault.Malformed());
      HttpResponse<String> response = running.read("a");

      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.body()).contains("\"SecretData\":\"text\"");
      assertThatThrownBy(() -> JsonParser.parseString(response.body()))
          .isInstanceOf(JsonParseException.class);
    }

    @Test
    void incomplete_lacks_the_field() {
      emulator.faults().add(new Fault.Incomplete("SecretData"));
      HttpResponse<String> response = running.read("a");

      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(json(response).keySet()).contains("VersionId").doesNotContain("SecretData");
    }

    @Test
    void wrong_types_swaps_strings_and_objects() {
      emulator.faults().add(new Fault.WrongTypes());
      HttpResponse<String> response = running.read("a");

      assertThat(json(response).get("SecretData").isJsonObject()).isTrue();
      assertThat(json(response).get("VersionStages").isJsonPrimitive()).isTrue();
    }

    @Test
    void oversized_is_longer_than_asked() {
      emulator.faults().add(new Fault.Oversized(1 << 20));
      HttpResponse<String> response = running.read("a");

      assertThat(response.body().length()).isGreaterThan(1 << 20);
      assertThat(json(response).get("SecretData").getAsString()).isEqualTo("text");
    }
  }

  @Nested
  class Within_their_bounds {
    @Test
    void a_fault_for_two_calls_affects_the_next_two_that_it_is_for() {
      emulator.secrets().create("b", "text");
      emulator.faults().add(FaultRule.of(Fault.throttled()).onSecret("a").times(2));
      assertThat(status()).isEqualTo(429);
      assertThat(running.read("b").statusCode()).isEqualTo(200);
      assertThat(status()).isEqualTo(429);
      assertThat(status()).isEqualTo(200);
      assertThat(emulator.faults().active()).isEmpty();
    }

    @Test
    void a_fault_for_a_minute_ends_with_it() {
      emulator.faults().add(FaultRule.of(Fault.throttled()).lasting(Duration.ofMinutes(1)));
      running.pass(Duration.ofSeconds(59));
      assertThat(status()).isEqualTo(429);
      running.pass(Duration.ofSeconds(1));
      assertThat(status()).isEqualTo(200);
    }

    @Test
    void a_fault_on_one_secret_or_one_action_leaves_others_alone() {
      emulator.secrets().create("b", "text");
      emulator.faults().add(FaultRule.of(Fault.throttled()).onSecret("b"));
      emulator.faults().add(FaultRule.of(new Fault.Empty(503)).onAction("ListSecrets"));
      assertThat(status()).isEqualTo(200);
      assertThat(running.read("b").statusCode()).isEqualTo(429);
      assertThat(running.send(running.request("ListSecrets")).statusCode()).isEqualTo(503);
    }

    @Test
    void rules_apply_in_the_order_in_which_they_were_added_until_they_are_cleared() {
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
  }

  @Test
  void a_call_with_a_wrong_signature_meets_no_fault() {
    emulator.faults().add(FaultRule.of(Fault.throttled()).times(1));
    HttpResponse<String> refused =
        running.send(running.request("GetSecretValue").by("ak", "wrong").with("SecretName", "a"));

    assertThat(code(refused)).isEqualTo("SignatureDoesNotMatch");
    assertThat(emulator.faults().active()).hasSize(1);
  }

  @Test
  void an_impossible_fault_is_an_illegal_argument() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Fault.Latency(Duration.ofMillis(-1)));
    assertThatIllegalArgumentException().isThrownBy(() -> new Fault.Html(100));
    assertThatIllegalArgumentException().isThrownBy(() -> new Fault.Truncated(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> new Fault.Redirect("a\r\nb"));
  }

  @Test
  void a_call_is_recorded_with_its_fault() {
    emulator.faults().add(Fault.throttled());
    running.read("a");

    assertThat(emulator.calls().latest().getFirst().outcome())
        .isEqualTo(new Call.Outcome.Faulted(Fault.throttled()));
  }

  @Test
  void closing_releases_a_hanging_client() throws IOException {
    emulator.faults().add(new Fault.Hang());
    var request = running.request("GetSecretValue").with("SecretName", "a");
    var waiting =
        running
            .client()
            .sendAsync(request.signedFor(emulator.port()), HttpResponse.BodyHandlers.ofString());
    Patience.assertSoon(() -> emulator.calls().total() > 0);
    emulator.close();

    assertThatThrownBy(waiting::join).hasCauseInstanceOf(IOException.class);
  }
}
