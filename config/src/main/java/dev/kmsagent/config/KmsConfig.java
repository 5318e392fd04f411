package dev.kmsagent.config;

import java.time.Duration;

/** The table {@code [KMS]}: where KMS is, as whom to call it, and how hard to try. */
public record KmsConfig(
    Region region,
    Transport transport,
    CredentialSource credentials,
    Limits limits,
    Retry retry,
    CircuitBreaker circuitBreaker) {

  /** How a connection to KMS is made. */
  public record Transport(
      Endpoint endpoint, Trust trust, Proxy proxy, Duration connectTimeout, Duration readTimeout) {}

  /**
   * How much is asked of KMS.
   *
   * @param maxConcurrentCalls 0 for no bound
   * @param maxCallsPerSecond 0 for no bound until KMS throttles
   */
  public record Limits(int maxConcurrentCalls, int maxCallsPerSecond) {}

  /**
   * How transient failures are tried again, with full jitter between the two back-offs.
   *
   * @param maxAttempts calls in all, so 1 never tries again
   */
  public record Retry(int maxAttempts, Duration initialBackoff, Duration maxBackoff) {

    public Retry {
      if (initialBackoff.compareTo(maxBackoff) > 0) {
        throw new IllegalArgumentException("initialBackoff exceeds maxBackoff");
      }
    }
  }

  /**
   * When calls are no longer tried.
   *
   * @param failureRateThreshold percent of the window's calls that failed
   * @param slidingWindowSize calls that are looked back on
   * @param minimumCalls calls before the rate counts
   * @param openFor how long it stays open
   * @param halfOpenCalls trial calls after that
   */
  public record CircuitBreaker(
      boolean enabled,
      int failureRateThreshold,
      int slidingWindowSize,
      int minimumCalls,
      Duration openFor,
      int halfOpenCalls) {

    public CircuitBreaker {
      if (minimumCalls > slidingWindowSize) {
        throw new IllegalArgumentException("minimumCalls exceeds slidingWindowSize");
      }
    }
  }
}
