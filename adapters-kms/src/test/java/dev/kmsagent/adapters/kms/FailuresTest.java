package dev.kmsagent.adapters.kms;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.kmsagent.domain.KmsError;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.testkit.Secrets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class FailuresTest {
  private static final SecretQuery QUERY = Secrets.current("a");

  private final LogRecorder log = new LogRecorder();
  private final String requestId = UUID.randomUUID().toString();

  @AfterEach
  void stopListening() {
    log.close();
  }

  @Test
  void an_error_that_shows_a_fault_of_the_agent_is_logged_aloud() {
    var error = new KmsError(400, "MissingParameter", "confidential", requestId);
    assertThat(Failures.outcome(answered(error), QUERY)).isInstanceOf(Refused.class);
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
    var error = new KmsError(403, "Forbidden.NoPermission", "No.", requestId);
    assertThat(Failures.outcome(answered(error), QUERY)).isInstanceOf(Refused.class);
    assertThat(logged()).isEmpty();
  }

  @Test
  void a_failure_is_found_in_what_it_is_wrapped_in() {
    var failure = CallFailed.unavailable(Unavailable.Cause.TLS, "A test said so.");
    assertThat(Failures.outcome(new CompletionException(failure), QUERY))
        .isEqualTo(new Unavailable(Unavailable.Cause.TLS, "", "A test said so."));
  }

  @Test
  void of_an_exception_that_is_not_ours_only_the_class_is_told() {
    var outcome = Failures.outcome(new IllegalStateException("confidential"), QUERY);
    assertThat(outcome.toString()).contains("IllegalStateException").doesNotContain("confidential");
  }

  private static CallFailed answered(KmsError error) {
    return new CallFailed(new CallFailed.Reason.ErrorAnswer(error));
  }

  /** The lines about this test's request: others log at the same time. */
  private List<ILoggingEvent> logged() {
    return log.lines().stream()
        .filter(event -> event.getFormattedMessage().contains(requestId))
        .toList();
  }
}
