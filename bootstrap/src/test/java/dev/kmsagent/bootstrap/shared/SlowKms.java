package dev.kmsagent.bootstrap.shared;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.Scheduler;
import dev.kmsagent.domain.port.SecretSource;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A KMS that has every secret, takes its time, and counts. Thread-safe. */
final class SlowKms implements SecretSource {
  private final Scheduler scheduler;
  private final Duration latency;
  private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();

  SlowKms(Scheduler scheduler, Duration latency) {
    this.scheduler = scheduler;
    this.latency = latency;
  }

  @Override
  public CompletionStage<FetchOutcome> fetch(SecretQuery query, Instant deadline) {
    var name = query.name().value();
    calls.computeIfAbsent(name, _ -> new AtomicInteger()).incrementAndGet();
    var outcome = new CompletableFuture<FetchOutcome>();
    var secret = Secrets.text(name, "v1", "value of " + name);
    scheduler.schedule(latency, () -> outcome.complete(new Fetched(secret)));
    return outcome;
  }

  /** How often each secret was read. */
  Map<String, AtomicInteger> calls() {
    return calls;
  }

  int allCalls() {
    return calls.values().stream().mapToInt(AtomicInteger::get).sum();
  }
}
