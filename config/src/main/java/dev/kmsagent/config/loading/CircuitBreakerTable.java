package dev.kmsagent.config.loading;

import static dev.kmsagent.config.loading.ConfigKey.ours;

import dev.kmsagent.config.KmsConfig.CircuitBreaker;
import java.time.Duration;
import java.util.List;

/** {@code [KMS.CircuitBreaker]}: when calls are no longer tried. */
final class CircuitBreakerTable implements Table<CircuitBreaker> {
  static final ConfigKey<Boolean> ENABLED =
      ours(
          "KMS.CircuitBreaker.Enabled",
          Shapes.flag(),
          true,
          "stop calling KMS while it fails; only transient failures count, never a missing secret");
  static final ConfigKey<Integer> FAILURE_RATE_THRESHOLD =
      ours(
          "KMS.CircuitBreaker.FailureRateThreshold",
          Shapes.whole(1, 100),
          50,
          "percent of the window's calls that must fail to open it");
  static final ConfigKey<Integer> SLIDING_WINDOW_SIZE =
      ours(
          "KMS.CircuitBreaker.SlidingWindowSize",
          Shapes.whole(1, 1000),
          20,
          "the last calls that are looked at");
  static final ConfigKey<Integer> MINIMUM_CALLS =
      ours(
          "KMS.CircuitBreaker.MinimumCalls",
          Shapes.whole(1, 1000),
          5,
          "calls before the rate counts; at most `SlidingWindowSize`");
  static final ConfigKey<Duration> OPEN =
      ours(
          "KMS.CircuitBreaker.OpenSeconds",
          Shapes.seconds(1, 3600),
          Duration.ofSeconds(15),
          "how long it stays open before a trial");
  static final ConfigKey<Integer> HALF_OPEN_CALLS =
      ours("KMS.CircuitBreaker.HalfOpenCalls", Shapes.whole(1, 100), 1, "trial calls after that");

  @Override
  public List<ConfigKey<?>> keys() {
    return List.of(
        ENABLED, FAILURE_RATE_THRESHOLD, SLIDING_WINDOW_SIZE, MINIMUM_CALLS, OPEN, HALF_OPEN_CALLS);
  }

  @Override
  public List<Rule> rules() {
    return List.of(Rule.atMost(MINIMUM_CALLS, SLIDING_WINDOW_SIZE));
  }

  @Override
  public CircuitBreaker assemble(Values values) {
    return new CircuitBreaker(
        values.get(ENABLED),
        values.get(FAILURE_RATE_THRESHOLD),
        values.get(SLIDING_WINDOW_SIZE),
        values.get(MINIMUM_CALLS),
        values.get(OPEN),
        values.get(HALF_OPEN_CALLS));
  }
}
