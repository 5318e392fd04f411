package dev.kmsagent.bootstrap.fleet;

import dev.kmsagent.bootstrap.fleet.CountedCalls.CallQuota;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.SecretSource;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A KMS with a quota that has every secret, and can be out of reach. For one thread. */
final class SimulatedKms implements SecretSource {
  private static final Duration LATENCY = Duration.ofMillis(50);
  private static final Unavailable THROTTLED =
      new Unavailable(
          Unavailable.Cause.THROTTLED, "Rejected.Throttling", "KMS asks us to slow down.");

  private final VirtualTime time;
  private final CountedCalls calls;
  private final Map<SecretQuery, FetchOutcome> secrets = new HashMap<>();

  SimulatedKms(VirtualTime time, CallQuota quota) {
    this.time = time;
    this.calls = new CountedCalls(time, quota);
  }

  CountedCalls calls() {
    return calls;
  }

  @Override
  public CompletionStage<FetchOutcome> fetch(SecretQuery query, Instant deadline) {
    var outcome = outcome(query);
    var answer = new CompletableFuture<FetchOutcome>();
    time.schedule(LATENCY, () -> answer.complete(outcome));
    return answer;
  }

  private FetchOutcome outcome(SecretQuery query) {
    return switch (calls.count()) {
      case THROTTLED -> THROTTLED;
      case LOST -> Secrets.unreachable();
      case ANSWERED -> secrets.computeIfAbsent(query, SimulatedKms::secret);
    };
  }

  private static FetchOutcome secret(SecretQuery query) {
    return new Fetched(Secrets.text(query.name().value(), "v1", "a value"));
  }
}
