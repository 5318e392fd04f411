package dev.kmsagent.emulator;

import static dev.kmsagent.emulator.RunningEmulator.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kmsagent.emulator.gateway.Call;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultRule;
import dev.kmsagent.testkit.Patience;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** When a fault strikes. What each of them is, the matrix of faults of the agent shows. */
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
