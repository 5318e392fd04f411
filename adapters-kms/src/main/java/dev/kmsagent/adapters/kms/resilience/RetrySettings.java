package dev.kmsagent.adapters.kms.resilience;

import java.time.Duration;

/**
 * How often, and after which pauses, a failed call is made again.
 *
 * @param maxAttempts calls in all; 1: never again
 * @param initialBackoff bound on the first pause; it doubles with each further one
 * @param maxBackoff bound on every pause
 */
public record RetrySettings(int maxAttempts, Duration initialBackoff, Duration maxBackoff) {}
