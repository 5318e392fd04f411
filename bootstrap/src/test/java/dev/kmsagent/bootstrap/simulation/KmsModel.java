package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.bootstrap.simulation.KmsAnswer.Call;
import dev.kmsagent.bootstrap.simulation.KmsAnswer.Reading;
import dev.kmsagent.bootstrap.simulation.KmsAnswer.Refusal;
import dev.kmsagent.bootstrap.simulation.KmsAnswer.Subject;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.KmsError;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Refused.Scope;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.port.out.SecretSource;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A KMS that has every secret for every principal, each principal with other values. */
final class KmsModel {
  private static final Unavailable THROTTLED =
      new Unavailable(Unavailable.Cause.THROTTLED, "Rejected.Throttling", "Slower, please.");

  private final VirtualTime time;
  private final List<KmsAnswer> answers = new ArrayList<>();
  private final RandomGenerator random;
  private final Map<String, State> secrets = new TreeMap<>();
  private Instant throttledUntil = Instant.MIN;
  private Instant slowUntil = Instant.MIN;

  /** Versions by number, and since when the secret is refused. */
  private static final class State {
    private int current = 1;
    private int previous;
    private int latest = 1;
    private @Nullable Instant refusedSince;
  }

  KmsModel(VirtualTime time, RandomGenerator random) {
    this.time = time;
    this.random = random;
  }

  private State state(String secret) {
    return secrets.computeIfAbsent(secret, _ -> new State());
  }

  void rotate(String secret) {
    var state = state(secret);
    state.previous = state.current;
    state.current = ++state.latest;
  }

  void moveBack(String secret) {
    var state = state(secret);
    if (state.previous > 0) {
      var current = state.current;
      state.current = state.previous;
      state.previous = current;
    }
  }

  void dropPrevious(String secret) {
    state(secret).previous = 0;
  }

  void refuse(String secret) {
    var state = state(secret);
    if (state.refusedSince == null) {
      state.refusedSince = time.instant();
    }
  }

  void restore(String secret) {
    state(secret).refusedSince = null;
  }

  /** Since when KMS refuses a secret without a break; empty if it gives it. */
  Optional<Instant> refusedSince(Subject subject) {
    return Optional.ofNullable(state(subject.plainName().value()).refusedSince);
  }

  /** The secrets that it gives now, of those that were ever asked for. */
  Stream<String> given() {
    return secrets.keySet().stream().filter(it -> state(it).refusedSince == null);
  }

  void throttle(Duration length) {
    throttledUntil = time.instant().plus(length);
  }

  void delay(Duration length) {
    slowUntil = time.instant().plus(length);
  }

  private boolean isSlow() {
    return time.instant().isBefore(slowUntil);
  }

  /** Whether it was slow or throttled within so much time before now. */
  boolean hadTroubleWithin(Duration length) {
    var from = time.instant().minus(length);
    return from.isBefore(slowUntil) || from.isBefore(throttledUntil);
  }

  /** The KMS that one process of an agent calls. */
  SecretSource source(SharingAgent agent, SimulatedProcess process) {
    return (query, _) -> fetch(agent, query, process);
  }

  private CompletionStage<FetchOutcome> fetch(
      SharingAgent agent, SecretQuery query, SimulatedProcess process) {
    var subject = Subject.of(agent.principal, query);
    var call = new Call(agent.toString(), subject, query, time.instant());
    var answer = new CompletableFuture<FetchOutcome>();
    var toKms = latency();
    var back = latency();
    if (agent.kms.isCut()) {
      fail(answer, process);
    } else {
      time.schedule(
          toKms,
          () -> {
            var outcome = decide(call);
            time.schedule(back, () -> process.run(() -> answer.complete(outcome)));
          });
    }
    return answer;
  }

  /** No connection, or no answer. */
  private void fail(CompletableFuture<FetchOutcome> answer, SimulatedProcess process) {
    if (random.nextBoolean()) {
      process.schedule(
          Duration.ofMillis(random.nextInt(1, 20)), () -> answer.complete(Secrets.unreachable()));
    }
  }

  private Duration latency() {
    return Duration.ofMillis(random.nextInt(2, isSlow() ? 4_000 : 25));
  }

  private FetchOutcome decide(Call call) {
    if (time.instant().isBefore(throttledUntil) && random.nextInt(4) > 0) {
      return THROTTLED;
    }
    var state = state(call.subject().plainName().value());
    if (state.refusedSince != null) {
      return refuse(call, Scope.SECRET);
    }
    var version = call.query().isForCurrent() ? state.current : state.previous;
    return version == 0 ? refuse(call, Scope.QUERY) : give(call, version);
  }

  private NoSecret refuse(Call call, Scope scope) {
    var isWhole = scope == Scope.SECRET;
    var refusal = new Refusal(answers.size(), call, time.instant(), isWhole);
    answers.add(refusal);
    var code = isWhole ? "Forbidden.NoPermission" : "Forbidden.ResourceNotFound";
    var number = String.valueOf(refusal.number());
    return new Refused(new KmsError(isWhole ? 403 : 404, code, "refused", number), scope);
  }

  private Fetched give(Call call, int version) {
    var subject = call.subject();
    var reading = new Reading(answers.size(), call, time.instant(), version);
    answers.add(reading);
    return new Fetched(
        new Secret(
            subject.plainName(),
            new VersionId("v" + version),
            List.of(call.query().isForCurrent() ? Stage.CURRENT : Stage.PREVIOUS),
            DataType.TEXT,
            new ConfidentialText(value(subject, version)),
            Map.of(SecretAttribute.REQUEST_ID, String.valueOf(reading.number()))));
  }

  /** The answer that a secret came from. */
  Reading reading(Secret secret) {
    var number = secret.attribute(SecretAttribute.REQUEST_ID).orElseThrow();
    return (Reading) answers.get(Integer.parseInt(number));
  }

  /** The answer that an error came from. */
  Refusal refusal(KmsError error) {
    return (Refusal) answers.get(Integer.parseInt(error.requestId()));
  }

  /** The value of a version: each principal has another one. */
  static String value(Subject subject, int version) {
    return subject.principal() + " " + subject.plainName() + " " + version;
  }
}
