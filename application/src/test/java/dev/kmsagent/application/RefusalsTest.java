package dev.kmsagent.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class RefusalsTest {
  private static final Instant NOW = VirtualTime.START;

  private final Refusals refusals = new Refusals();

  private boolean has(String name) {
    return refusals.find(Secrets.current(name), NOW).isPresent();
  }

  @Test
  void guessed_names_displace_one_another_and_no_secret_that_was_cached() {
    refusals.addRevoked(Secrets.current("real"), Secrets.denied(), NOW);
    IntStream.range(0, 1000)
        .forEach(i -> refusals.addGuessed(Secrets.current("guess" + i), Secrets.denied(), NOW));

    assertThat(has("real")).isTrue();
    assertThat(IntStream.range(0, 1000).filter(i -> has("guess" + i)).count()).isEqualTo(200);
  }

  @Test
  void a_secret_that_kms_gives_again_is_not_refused_any_more() {
    refusals.addRevoked(Secrets.current("real"), Secrets.denied(), NOW);
    refusals.addGuessed(Secrets.current("guess"), Secrets.denied(), NOW);

    refusals.remove(Secrets.current("real"));
    refusals.remove(Secrets.current("guess"));

    assertThat(has("real")).isFalse();
    assertThat(has("guess")).isFalse();
  }

  @Test
  void of_secrets_that_were_cached_the_last_thousand_are_kept() {
    IntStream.range(0, 1500)
        .forEach(i -> refusals.addRevoked(Secrets.current("real" + i), Secrets.denied(), NOW));

    assertThat(IntStream.range(0, 1500).filter(i -> has("real" + i)).boxed())
        .hasSize(1000)
        .doesNotContain(499)
        .contains(500);
  }
}
