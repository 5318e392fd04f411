package dev.kmsagent.testkit;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.out.SecretSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A KMS of a few lines: it answers what it was told, after a latency on virtual time, and counts.
 * Thread-safe.
 */
public final class FakeSecretSource implements SecretSource {
  private final VirtualTime time;
  private final Map<SecretQuery, FetchOutcome> answers = new ConcurrentHashMap<>();
  private final List<SecretQuery> calls = Collections.synchronizedList(new ArrayList<>());
  private volatile FetchOutcome elsewhere = Secrets.gone();
  private volatile Optional<FetchOutcome> fault = Optional.empty();
  private volatile Duration latency = Duration.ZERO;

  public FakeSecretSource(VirtualTime time) {
    this.time = time;
  }

  /** Answers {@code query} so from now on. */
  public void answer(SecretQuery query, FetchOutcome outcome) {
    answers.put(query, outcome);
  }

  /** Has the text secret {@code name} at {@code version}. */
  public void hold(String name, String version, String value) {
    answer(Secrets.current(name), new Fetched(Secrets.text(name, version, value)));
  }

  /** Answers every query that it was not told about so. */
  public void answerElse(FetchOutcome outcome) {
    elsewhere = outcome;
  }

  /** Answers everything so until {@link #heal}. */
  public void failWith(FetchOutcome outcome) {
    fault = Optional.of(outcome);
  }

  /** Takes {@link #failWith} back. */
  public void heal() {
    fault = Optional.empty();
  }

  /** Takes so long to answer; never longer than the deadline allows. */
  public void latency(Duration duration) {
    latency = duration;
  }

  /** Every call so far, in order. */
  public List<SecretQuery> calls() {
    return List.copyOf(calls);
  }

  /** How many calls there were so far. */
  public int callCount() {
    return calls.size();
  }

  @Override
  public CompletionStage<FetchOutcome> fetch(SecretQuery query, Instant deadline) {
    calls.add(query);
    var outcome = fault.orElseGet(() -> answers.getOrDefault(query, elsewhere));
    var left = Duration.between(time.instant(), deadline);
    if (latency.isZero()) {
      return CompletableFuture.completedFuture(outcome);
    }
    return latency.compareTo(left) < 0 ? after(latency, outcome) : after(left, tooLate());
  }

  private CompletionStage<FetchOutcome> after(Duration delay, FetchOutcome outcome) {
    var answer = new CompletableFuture<FetchOutcome>();
    time.schedule(delay, () -> answer.complete(outcome));
    return answer;
  }

  private static FetchOutcome tooLate() {
    return new Unavailable(Unavailable.Cause.DEADLINE, "", "No answer before the deadline.");
  }
}
