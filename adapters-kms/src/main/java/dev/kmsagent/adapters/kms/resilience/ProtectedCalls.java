package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.adapters.kms.credentials.CredentialsProvider;
import dev.kmsagent.adapters.kms.resilience.FairBulkhead.Group;
import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.domain.Caller;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.port.out.SecretSource;
import dev.kmsagent.domain.time.TimeSources;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Calls of KMS with everything that protects it and the agent, in the order that the package
 * states. Thread-safe.
 *
 * @param calls single calls of KMS
 * @param bulkhead for the calls of all roles
 * @param events of the calls that are not made
 */
public record ProtectedCalls(
    BoundedCalls calls,
    KmsConfig config,
    FairBulkhead bulkhead,
    TimeSources timing,
    AgentEvents events) {
  /**
   * Gives the source of secrets for a caller of one role and its credentials, or for the agent
   * itself; all share one limit of calls per second and one circuit breaker.
   *
   * @param mostKnown beyond so many secrets that were read, all are first reads again
   * @param breakerEvents of the circuit breaker
   */
  public BiFunction<Optional<Caller>, CredentialsProvider, SecretSource> ofRole(
      int mostKnown, AgentEvents breakerEvents) {
    var limited = new RateLimitedCalls(calls, config.maxCallsPerSecond(), mostKnown, timing);
    var breaker =
        CircuitBreakingSecretSource.breaker(config.circuitBreaker(), timing.clock(), breakerEvents);
    return (caller, credentials) -> {
      var group = caller.map(Group::of).orElse(Group.ONLY);
      var fair = new FairCalls(limited.over(calls.of(caller)), bulkhead, group, events);
      var signing = new SigningSecretSource(fair, credentials, timing);
      var retrying = new RetryingSecretSource(signing, config.maxAttempts(), timing);
      return config.circuitBreaker().enabled()
          ? new CircuitBreakingSecretSource(retrying, breaker)
          : retrying;
    };
  }
}
