package dev.kmsagent.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.FreshnessDecision.Outlook;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class AttemptHistoryTest {
  private static Duration backoff(int failures, double chance) {
    return TimeSources.backoff(failures, AttemptHistory.LONGEST_BACKOFF, chance);
  }

  @Test
  void the_back_off_doubles_up_to_its_maximum() {
    assertThat(backoff(1, 0)).isEqualTo(Duration.ofMillis(500));
    assertThat(backoff(2, 0)).isEqualTo(Duration.ofSeconds(1));
    assertThat(backoff(5, 0)).isEqualTo(Duration.ofSeconds(8));
    assertThat(backoff(6, 0)).isEqualTo(Duration.ofSeconds(15));
    assertThat(backoff(1000, 1)).isEqualTo(Duration.ofSeconds(30));
  }

  /** It says nothing of an outage, which ends by itself: somebody has to give the right again. */
  @Test
  void a_refused_identity_is_expected_to_be_refused_until_kms_accepts_it() {
    var attempts = new AttemptHistory(() -> 0.5, 10);
    var now = VirtualTime.START;
    var _ = attempts.failed(Secrets.current("db"), new IdentityRefused("NoPermission", "No."), now);

    var later = now.plus(Duration.ofDays(1));
    assertThat(attempts.outlook(Secrets.current("mq"), later)).isEqualTo(Outlook.IDENTITY_REFUSED);
    attempts.succeeded(Secrets.current("mq"), later);
    assertThat(attempts.outlook(Secrets.current("mq"), later)).isEqualTo(Outlook.ANSWERING);
  }
}
