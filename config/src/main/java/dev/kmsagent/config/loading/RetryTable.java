package dev.kmsagent.config.loading;

import static dev.kmsagent.config.loading.ConfigKey.ours;

import dev.kmsagent.config.KmsConfig.Retry;
import java.time.Duration;
import java.util.List;

/** {@code [KMS.Retry]}: how transient failures are tried again. */
final class RetryTable implements Table<Retry> {
  static final ConfigKey<Integer> MAX_ATTEMPTS =
      ours(
          "KMS.Retry.MaxAttempts",
          Shapes.whole(1, 10),
          3,
          "calls in all, inside the request's deadline; 1 never tries again");
  static final ConfigKey<Duration> INITIAL_BACKOFF =
      ours(
          "KMS.Retry.InitialBackoffMillis",
          Shapes.millis(1, 60_000),
          Duration.ofMillis(100),
          "the first pause is random, up to this");
  static final ConfigKey<Duration> MAX_BACKOFF =
      ours(
          "KMS.Retry.MaxBackoffMillis",
          Shapes.millis(1, 60_000),
          Duration.ofSeconds(2),
          "later pauses double, up to this");

  @Override
  public List<ConfigKey<?>> keys() {
    return List.of(MAX_ATTEMPTS, INITIAL_BACKOFF, MAX_BACKOFF);
  }

  @Override
  public List<Rule> rules() {
    return List.of(Rule.atMost(INITIAL_BACKOFF, MAX_BACKOFF));
  }

  @Override
  public Retry assemble(Values values) {
    return new Retry(
        values.get(MAX_ATTEMPTS), values.get(INITIAL_BACKOFF), values.get(MAX_BACKOFF));
  }
}
