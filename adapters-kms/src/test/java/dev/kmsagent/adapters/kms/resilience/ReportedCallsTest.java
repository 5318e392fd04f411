package dev.kmsagent.adapters.kms.resilience;

import static dev.kmsagent.testkit.SecretSourceContract.AMPLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.port.KmsEvent.KmsCalled;
import dev.kmsagent.domain.port.SecretSource;
import dev.kmsagent.testkit.FakeSecretSource;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ReportedCallsTest {
  private final VirtualTime time = new VirtualTime();
  private final FakeSecretSource kms = new FakeSecretSource(time);
  private final RecordingEvents events = new RecordingEvents();
  private final SecretSource source =
      Signed.source(new ReportedCalls(Signed.calls(kms), time, events));

  @Test
  void a_call_is_reported_with_its_outcome_and_duration() {
    kms.hold("app/db", "v1", "hunter2");
    kms.latency(Duration.ofMillis(40));
    source.fetch(Secrets.current("app/db"), VirtualTime.START.plus(AMPLE));
    time.advance(Duration.ofMillis(100));
    assertThat(events.all())
        .containsExactly(
            new KmsCalled(
                Secrets.current("app/db"),
                new Fetched(Secrets.text("app/db", "v1", "hunter2")),
                Duration.ofMillis(40)));
  }

  @Test
  void a_call_that_the_caller_turned_away_from_is_reported_as_well() {
    kms.latency(Duration.ofMillis(40));
    var stage = source.fetch(Secrets.current("app/db"), VirtualTime.START.plus(AMPLE));
    stage.toCompletableFuture().cancel(true);
    time.advance(Duration.ofMillis(40));
    assertThat(events.all()).hasSize(1);
  }

  @Test
  void a_report_does_not_show_the_secret() {
    kms.hold("app/db", "v1", "hunter2");
    source.fetch(Secrets.current("app/db"), VirtualTime.START.plus(AMPLE));
    assertThat(events.all().toString()).doesNotContain("hunter2");
  }
}
