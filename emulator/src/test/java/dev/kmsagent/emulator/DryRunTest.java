package dev.kmsagent.emulator;

import static dev.kmsagent.emulator.RunningEmulator.code;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a reader must not get. */
final class DryRunTest {
  @AutoClose private final RunningEmulator running = new RunningEmulator();

  @BeforeEach
  void create() {
    running.emulator().secrets().create("a", "s3cret").create("denied", "s3cret").deny("denied");
  }

  private HttpResponse<String> read(String name, String... more)
      throws IOException, InterruptedException {
    var request = running.request("GetSecretValue").with("SecretName", name);
    for (int i = 0; i < more.length; i += 2) {
      request.with(more[i], more[i + 1]);
    }
    var response = running.send(request);
    if (more.length > 0) {
      assertThat(response.body()).doesNotContain("s3cret");
    }
    return response;
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "True", "TRUE"})
  void a_dry_run_is_always_an_error_without_the_value(String flag)
      throws IOException, InterruptedException {
    var response = read("a", "DryRun", flag);

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(code(response)).isEqualTo("DryRunOperationError");
  }

  @Test
  void it_tells_what_the_call_would_fail_of() throws IOException, InterruptedException {
    assertThat(code(read("denied", "DryRun", "true"))).isEqualTo("AccessDeniedError");
    assertThat(code(read("b", "DryRun", "true"))).isEqualTo("Forbidden.ResourceNotFound");
    assertThat(code(read("", "DryRun", "true"))).isEqualTo("ValidationError");
  }

  @Test
  void what_is_no_flag_is_no_read() throws IOException, InterruptedException {
    assertThat(code(read("a", "DryRun", "1"))).isEqualTo("InvalidParameter");
  }

  @Test
  void a_flag_that_is_false_is_a_read() throws IOException, InterruptedException {
    var response = running.call("GetSecretValue", "SecretName", "a", "DryRun", "false");
    assertThat(response.body()).contains("s3cret");
  }

  @Test
  void a_recipient_would_need_the_value_encrypted() throws IOException, InterruptedException {
    assertThat(code(read("a", "Recipient", "{}"))).isEqualTo("Rejected.UnsupportedOperation");
  }
}
