package dev.kmsagent.adapters.kms.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.Refused;
import dev.kmsagent.domain.Unavailable.Cause;
import dev.kmsagent.domain.port.SecretSource;
import dev.kmsagent.testkit.FakeSecretSource;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualSecretSourceContract;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class RateLimitedSecretSourceTest implements VirtualSecretSourceContract {
  private final VirtualTime time = new VirtualTime();
  private final FakeSecretSource kms = new FakeSecretSource(time);
  private final SecretSource source = new RateLimitedSecretSource(kms, CALLERS, time);
  private final SecretSource slow = new RateLimitedSecretSource(kms, 2, time);

  @Test
  void the_third_call_within_a_second_is_turned_away_at_once() {
    fetch();
    fetch();
    assertThat(fetch()).extracting("cause").isEqualTo(Cause.RATE_LIMITED);
    assertThat(kms.calls()).hasSize(2);
  }

  @Test
  void the_next_second_has_calls_of_its_own() {
    fetch();
    fetch();
    fetch();
    time.advance(Duration.ofSeconds(1));
    assertThat(fetch()).isInstanceOf(Refused.class);
    assertThat(fetch()).isInstanceOf(Refused.class);
    assertThat(fetch()).extracting("cause").isEqualTo(Cause.RATE_LIMITED);
  }

  @Test
  void unused_seconds_are_not_saved_up() {
    time.advance(Duration.ofHours(1));
    fetch();
    fetch();
    assertThat(fetch()).extracting("cause").isEqualTo(Cause.RATE_LIMITED);
  }

  private FetchOutcome fetch() {
    return Failing.outcome(slow.fetch(Secrets.current("a"), time.instant().plus(AMPLE)));
  }

  @Override
  public SecretSource source() {
    return source;
  }

  @Override
  public FakeSecretSource kms() {
    return kms;
  }

  @Override
  public VirtualTime time() {
    return time;
  }
}
