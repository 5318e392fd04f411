package dev.kmsagent.bootstrap.command;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

final class StartLimitTest {
  private final CountDownLatch ended = new CountDownLatch(1);

  @Test
  void a_start_that_takes_longer_is_ended() throws InterruptedException {
    try (var _ = new StartLimit(Duration.ofMillis(1), ended::countDown)) {
      Assertions.assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void a_start_that_is_over_is_not() throws InterruptedException {
    new StartLimit(Duration.ofSeconds(1), ended::countDown).close();
    Assertions.assertThat(ended.await(1500, TimeUnit.MILLISECONDS)).isFalse();
  }
}
