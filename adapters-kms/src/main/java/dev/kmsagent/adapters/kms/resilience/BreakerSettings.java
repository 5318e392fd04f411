package dev.kmsagent.adapters.kms.resilience;

import java.time.Duration;

/**
 * When KMS is given a rest.
 *
 * @param failureRateThreshold percent of the window's calls, at which the breaker opens
 * @param slidingWindowSize the latest calls that are looked at
 * @param minimumCalls calls before the rate says anything
 * @param openFor how long nothing is asked
 * @param halfOpenCalls trial calls after that
 */
public record BreakerSettings(
    int failureRateThreshold,
    int slidingWindowSize,
    int minimumCalls,
    Duration openFor,
    int halfOpenCalls) {}
