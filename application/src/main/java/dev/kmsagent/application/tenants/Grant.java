package dev.kmsagent.application.tenants;

import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.PodIdentity;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAdmission.Reason;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome.Granted;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome.KeyRefused;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome.RoleRefused;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome.TokenRefused;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome.Undecided;
import dev.kmsagent.domain.port.out.SecretSource;
import dev.kmsagent.domain.time.TimeSources;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A role that STS grants to a subject, and the key for it, with which it reads secrets.
 *
 * <p>It is <em>confirmed</em> while the key is usable. It has <em>lapsed</em> when STS was asked
 * for the next key and did not decide: nothing is read from KMS, and what is cached is served until
 * the bound on staleness has passed since STS gave the last key. It has <em>ended</em> when STS
 * refuses the role. Thread-safe; it takes no lock.
 */
final class Grant implements SecretSource {
  private static final Duration REFUSAL_TTL = Duration.ofSeconds(10);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  /** More pods of one service account than run on a node as a rule. */
  private static final int MOST_ADMITTED = 16;

  private static final NoSecret NO_KEY =
      new Unavailable(
          Unavailable.Cause.CREDENTIALS, "", "STS has not confirmed the role of the caller.");

  private static final Optional<NoSecret> LAPSED = Optional.of(NO_KEY);

  private static final Granted NEVER =
      new Granted((_, _) -> CompletableFuture.completedStage(NO_KEY), Instant.MIN);

  private static final State NONE = new State(NEVER, Instant.MIN, Instant.MIN, null, 0);

  private final TimeSources timing;
  private final Duration maxStale;
  private final AtomicReference<State> state = new AtomicReference<>(NONE);

  /** In milliseconds, when a caller last came. */
  private final AtomicLong lastUsed;

  /** The digests of the tokens that were admitted last. */
  private final AtomicReference<List<String>> admitted = new AtomicReference<>(List.of());

  /** The call of STS that is under way. */
  private final AtomicReference<@Nullable CompletableFuture<@Nullable Void>> call =
      new AtomicReference<>();

  /**
   * What STS has said.
   *
   * @param confirmedAt when it gave the key
   * @param nextCall when it may be asked again, or should be
   * @param denial why it gave no key since
   * @param failures in a row
   */
  private record State(
      Granted key, Instant confirmedAt, Instant nextCall, @Nullable Denial denial, int failures) {}

  /** STS gave no key to the holder of the token with this digest. */
  private record Denial(Reason reason, NoSecret why, String presented) {}

  /** What is to be done for a caller. */
  sealed interface Step {
    /** It is served, without a call that it would wait for. */
    record Serve(boolean isRenewalDue) implements Step {}

    /** STS has to be asked first. */
    record Ask() implements Step {}

    /** It is not served. */
    record Reject(Reason reason, String detail) implements Step {}
  }

  Grant(TimeSources timing, Duration maxStale) {
    this.timing = timing;
    this.maxStale = maxStale;
    this.lastUsed = new AtomicLong(timing.clock().instant().toEpochMilli());
  }

  /** The one rule of who is served. */
  Step next(PodIdentity caller) {
    var now = timing.clock().instant();
    lastUsed.setOpaque(now.toEpochMilli());
    var known = state.get();
    var mayAsk = !now.isBefore(known.nextCall());
    if (isUsable(known.key(), now) || hasLapsed(known, now)) {
      return new Step.Serve(mayAsk && call.get() == null);
    }
    var denial = known.denial();
    return mayAsk || denial == null || !concerns(denial, caller)
        ? new Step.Ask()
        : new Step.Reject(denial.reason(), denial.why().detail());
  }

  private static boolean isUsable(Granted key, Instant now) {
    return now.isBefore(key.usableUntil());
  }

  private static boolean isNone(Granted key) {
    return key.usableUntil().equals(Instant.MIN);
  }

  private boolean hasLapsed(State known, Instant now) {
    return known.denial() instanceof Denial(var reason, _, _)
        && reason == Reason.UNAVAILABLE
        && !isNone(known.key())
        && now.isBefore(known.confirmedAt().plus(maxStale));
  }

  private static boolean concerns(Denial denial, PodIdentity caller) {
    return denial.reason() != Reason.TOKEN
        || denial.presented().equals(caller.presented().digest());
  }

  /** In milliseconds, when a caller last came. */
  long lastUsed() {
    return lastUsed.getOpaque();
  }

  /** Notes that the holder of a token is served. */
  void admit(ConfidentialText token) {
    var digest = token.digest();
    admitted.updateAndGet(
        known ->
            Stream.concat(Stream.of(digest), known.stream().filter(it -> !it.equals(digest)))
                .limit(MOST_ADMITTED)
                .toList());
  }

  /** Whether a token is among those that were admitted last. */
  boolean hasAdmitted(ConfidentialText token) {
    return admitted.get().contains(token.digest());
  }

  /** Ends it, to make room for another: STS is asked again before anything is served. */
  void forget() {
    state.set(NONE);
  }

  /** Whether STS gave a key, and has not refused the role since. */
  boolean wasConfirmed() {
    return !isNone(state.get().key());
  }

  @Override
  public Optional<NoSecret> missingKey() {
    return isUsable(state.get().key(), timing.clock().instant()) ? Optional.empty() : LAPSED;
  }

  /** When the last key ends or ended; {@code Instant.MIN} without any. */
  Instant end() {
    return state.get().key().usableUntil();
  }

  /** Whether STS is being asked. */
  boolean isAsking() {
    return call.get() != null;
  }

  /** Whether nothing is lost with it: STS refused it, or gave a key long ago. */
  boolean isForgettable() {
    var now = timing.clock().instant();
    var known = state.get();
    var isOfUse = !isNone(known.key()) && now.isBefore(end().plus(maxStale));
    var isNew = isNone(known.key()) && known.denial() == null;
    return !isOfUse && !isNew && !now.isBefore(known.nextCall()) && !isAsking();
  }

  /**
   * Has STS asked with the token of {@code caller}, unless that is under way; completes with what
   * is to be done for the caller then, which is not to ask again.
   *
   * @param sts makes the call
   */
  CompletionStage<Step> ask(
      PodIdentity caller, Function<PodIdentity, CompletionStage<GrantOutcome>> sts) {
    var begun = new CompletableFuture<@Nullable Void>();
    var underWay = call.compareAndExchange(null, begun);
    if (underWay == null) {
      CompletableFuture.completedStage(caller)
          .thenCompose(sts)
          .thenAccept(outcome -> state.updateAndGet(before -> after(before, caller, outcome)))
          .whenComplete((_, bug) -> endCall(begun, bug));
    }
    return (underWay == null ? begun : underWay).thenApply(_ -> afterCall(caller));
  }

  private void endCall(CompletableFuture<@Nullable Void> begun, @Nullable Throwable bug) {
    call.set(null);
    if (bug == null) {
      begun.complete(null);
    } else {
      begun.completeExceptionally(bug);
    }
  }

  /** A caller whose own token STS was not asked with tries again. */
  private Step afterCall(PodIdentity caller) {
    var step = next(caller);
    return step instanceof Step.Ask ? new Step.Reject(Reason.UNAVAILABLE, NO_KEY.detail()) : step;
  }

  private State after(State before, PodIdentity caller, GrantOutcome outcome) {
    var now = timing.clock().instant();
    var digest = caller.presented().digest();
    var refusalEnd = now.plus(REFUSAL_TTL);
    return switch (outcome) {
      case Granted key -> new State(key, now, renewal(now, key), null, 0);
      case RoleRefused(var why) -> without(NONE, new Denial(Reason.ROLE, why, digest), refusalEnd);
      case KeyRefused(var why) -> without(before, new Denial(Reason.ROLE, why, digest), refusalEnd);
      case TokenRefused(var why) ->
          without(before, new Denial(Reason.TOKEN, why, digest), refusalEnd);
      case Undecided(var why) ->
          without(
              before,
              new Denial(Reason.UNAVAILABLE, why, digest),
              now.plus(timing.backoff(before.failures() + 1, LONGEST_PAUSE)));
    };
  }

  /** What was granted before goes on. */
  private static State without(State before, Denial denial, Instant nextCall) {
    return new State(before.key(), before.confirmedAt(), nextCall, denial, before.failures() + 1);
  }

  private Instant renewal(Instant now, Granted key) {
    return now.plus(timing.untilRenewal(Duration.between(now, key.usableUntil())));
  }

  @Override
  public CompletionStage<FetchOutcome> fetch(SecretQuery query, Instant deadline) {
    var key = state.get().key();
    return isUsable(key, timing.clock().instant())
        ? key.secrets().fetch(query, deadline).whenComplete((outcome, _) -> note(key, outcome))
        : NEVER.secrets().fetch(query, deadline);
  }

  /** If KMS does not accept the key, a read has another asked for, once it is a minute old. */
  private void note(Granted key, @Nullable FetchOutcome outcome) {
    if (outcome instanceof IdentityRefused) {
      state.updateAndGet(known -> known.key().equals(key) ? withRefusedKey(known) : known);
    }
  }

  private static State withRefusedKey(State known) {
    var at = known.confirmedAt().plus(LONGEST_PAUSE);
    return known.denial() == null && at.isBefore(known.nextCall())
        ? new State(known.key(), known.confirmedAt(), at, null, 0)
        : known;
  }
}
