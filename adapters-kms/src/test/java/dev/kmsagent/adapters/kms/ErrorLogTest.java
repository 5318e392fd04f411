package dev.kmsagent.adapters.kms;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.testkit.LogRecorder;
import dev.kmsagent.testkit.Secrets;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ErrorLogTest {
  private static final SecretQuery QUERY = Secrets.current("a");

  private final LogRecorder log = LogRecorder.ofProcess();
  private final String requestId = UUID.randomUUID().toString();

  @AfterEach
  void stopListening() {
    log.close();
  }

  @Test
  void an_error_that_shows_a_fault_of_the_agent_is_logged_aloud() {
    assertThat(answered(400, "MissingParameter")).isInstanceOf(Refused.class);
    assertThat(logged())
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getLevel()).isEqualTo(Level.ERROR);
              assertThat(event.getFormattedMessage())
                  .contains("MissingParameter")
                  .doesNotContain("confidential");
            });
  }

  @Test
  void an_error_about_the_secret_is_not_logged() {
    assertThat(answered(403, "Forbidden.NoPermission")).isInstanceOf(Refused.class);
    assertThat(logged()).isEmpty();
  }

  private NoSecret answered(int status, String code) {
    var body =
        """
        {"Code":"%s","Message":"confidential","RequestId":"%s"}"""
            .formatted(code, requestId);
    return ErrorAnswer.read(
        QUERY,
        status,
        HttpHeaders.of(Map.of(), (_, _) -> true),
        body.getBytes(StandardCharsets.UTF_8));
  }

  /** The lines about this test's request: others log at the same time. */
  private List<ILoggingEvent> logged() {
    return log.events().stream()
        .filter(event -> event.getFormattedMessage().contains(requestId))
        .toList();
  }
}
