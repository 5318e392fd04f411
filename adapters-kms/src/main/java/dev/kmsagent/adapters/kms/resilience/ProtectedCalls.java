package dev.kmsagent.adapters.kms.resilience;

import dev.kmsagent.adapters.kms.credentials.CredentialsProvider;
import dev.kmsagent.adapters.kms.resilience.FairBulkhead.Group;
import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.domain.Caller;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.event.KmsEvent;
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
  /** How many calls an agent makes at the same time. */
  public static final int MAX_CALLS = 32;

  private static final Unavailable FULL =
      new Unavailable(
          Unavailable.Cause.BULKHEAD_FULL, "", "Too many calls to KMS are under way or wait.");

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
      var inTurn = inTurn(limited.over(calls.of(caller)), group);
      var signing = new SigningSecretSource(inTurn, credentials, timing);
      var retrying = new RetryingSecretSource(signing, config.maxAttempts(), timing);
      return config.circuitBreaker().enabled()
          ? new CircuitBreakingSecretSource(retrying, breaker)
          : retrying;
    };
  }

  /** A call waits before the rate limit, so that it holds none of its tokens. */
  private KmsCalls inTurn(KmsCalls inner, Group group) {
    return (query, key, deadline) ->
        bulkhead.call(group, deadline, () -> inner.call(query, key, deadline), () -> refuse(query));
  }

  private FetchOutcome refuse(SecretQuery query) {
    events.publish(new KmsEvent.CallNotMade(query, FULL));
    return FULL;
  }
}
