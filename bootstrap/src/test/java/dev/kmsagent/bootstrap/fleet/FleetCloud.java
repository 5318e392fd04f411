package dev.kmsagent.bootstrap.fleet;

import dev.kmsagent.adapters.kms.credentials.KeyIssuer.Issue;
import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.bootstrap.fleet.CountedCalls.CallQuota;
import dev.kmsagent.bootstrap.wiring.SimulatedAgent;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.port.out.DurableRecord;
import dev.kmsagent.testkit.FakeSecretCache;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * What all agents share: time, chance, a KMS that has every secret, and an STS that issues keys for
 * an hour. Both have quotas, and can be out of reach. For one thread.
 */
final class FleetCloud {
  private static final Duration LATENCY = Duration.ofMillis(50);
  private static final Duration LIFE = Duration.ofHours(1);

  final VirtualTime time = new VirtualTime();
  final RandomGenerator random;
  final CountedCalls kms;
  final CountedCalls sts;
  private final Map<SecretQuery, FetchOutcome> secrets = new HashMap<>();
  private int keys;

  FleetCloud(CallQuota kms, CallQuota sts, long seed) {
    this.random = new SplittableRandom(seed);
    this.kms = new CountedCalls(time, kms);
    this.sts = new CountedCalls(time, sts);
  }

  /** An agent on this cloud. */
  SimulatedAgent agent(AgentConfig config, AgentEvents events) {
    return new SimulatedAgent(
        config,
        time.timing(random::nextDouble),
        task -> time.schedule(LATENCY, task),
        new SimulatedAgent.Services(
            this::issueKey,
            (query, _) -> fetch(query),
            UnaryOperator.identity(),
            DurableRecord.NONE,
            events),
        _ -> new FakeSecretCache());
  }

  private Issue issueKey() {
    return switch (sts.count()) {
      case THROTTLED ->
          new Issue.NotIssued(failed(Unavailable.Cause.CREDENTIALS, "Throttling.User"));
      case LOST -> new Issue.NotIssued(failed(Unavailable.Cause.CREDENTIALS, ""));
      case ANSWERED -> {
        var key = SigningKey.temporary("STS." + keys++, "a key", "a token");
        yield new Issue.Issued(key, time.instant().plus(LIFE), Optional.empty());
      }
    };
  }

  private CompletionStage<FetchOutcome> fetch(SecretQuery query) {
    var outcome =
        switch (kms.count()) {
          case THROTTLED -> failed(Unavailable.Cause.THROTTLED, "Rejected.Throttling");
          case LOST -> Secrets.unreachable();
          case ANSWERED ->
              secrets.computeIfAbsent(
                  query, it -> new Fetched(Secrets.text(it.name().value(), "v1", "a value")));
        };
    var answer = new CompletableFuture<FetchOutcome>();
    time.schedule(LATENCY, () -> answer.complete(outcome));
    return answer;
  }

  private static Unavailable failed(Unavailable.Cause cause, String code) {
    return new Unavailable(cause, code, "It is to fail.");
  }
}
