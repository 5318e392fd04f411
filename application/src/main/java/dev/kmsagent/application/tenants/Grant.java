package dev.kmsagent.application.tenants;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.VerifiedPod;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAdmission.Reason;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome.Granted;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome.KeyRefused;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome.RoleRefused;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome.TokenRefused;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome.Undecided;
import dev.kmsagent.domain.port.out.DurableRecord;
import dev.kmsagent.domain.port.out.DurableRecord.Fact;
import dev.kmsagent.domain.port.out.SecretSource;
import dev.kmsagent.domain.time.TimeSources;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What STS has said about one subject and one role, and the key that it gave: a source of secrets
 * that reads with this key.
 *
 * <p><b>States.</b> A grant is <em>confirmed</em> while its key is usable. From half to four fifths
 * of the life of a key, at random, STS is asked for the next one, in the background of a request.
 * The grant has <em>lapsed</em> when the key has ended and STS could not decide: nothing is read
 * from KMS, and what is cached is served stale (RFC 5861) until the bound on staleness has passed
 * since STS gave the last key. It has <em>ended</em> when STS refuses the role: then nothing is
 * served, and the key is forgotten. In each other case, such as that of a new grant, STS is asked,
 * and callers wait for its answer.
 *
 * <p><b>What ends what.</b> It follows from the answer of STS (<a
 * href="https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-assumerolewithoidc">AssumeRoleWithOIDC</a>):
 *
 * <ul>
 *   <li>A token that STS refuses ends nothing. Its holder, and no other pod of the subject, is
 *       rejected for ten seconds if there is no usable key.
 *   <li>A role that STS refuses ends the grant for every token of the subject.
 *   <li>A refusal that is about neither leaves the key usable to its end; after it the subject is
 *       rejected.
 *   <li>A key that KMS does not accept has STS asked for another one, a minute after it was given,
 *       unless STS gave none since: then the pause that began with its answer goes on.
 *   <li>A grant that makes room for that of another subject ends. {@link AdmittedCallers} rejects a
 *       caller whose own token has ended, whatever the grant of its subject says.
 * </ul>
 *
 * <p><b>After a restart</b> STS is asked first. If it does not decide within two seconds, and had
 * confirmed the grant before the restart, the grant has lapsed; the call of STS goes on. A refusal
 * of the role, or of a key, is answered once no restart brings the grant back.
 *
 * <p>STS is not asked again for ten seconds after a refusal, and for up to a second, at last a
 * minute, after it could not decide. Meanwhile callers are rejected, but not for the token of
 * another one.
 *
 * <p><b>Concurrency.</b> Any thread may call any method; none takes a lock or blocks. An answer of
 * STS replaces the whole state by compare-and-set, so that a key, its dates and a denial are always
 * of one answer. One call of STS is under way at a time; who needs one meanwhile waits for that,
 * and is then judged by its own token, even if that was not the one that STS was shown. No request
 * has STS asked twice, and no token is kept: tokens are compared by their digests.
 */
final class Grant implements SecretSource {
  private static final Duration REFUSAL_TTL = Duration.ofSeconds(10);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  /** For how long a caller waits for STS that was granted the role before a restart. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);

  private static final NoSecret NO_KEY =
      new Unavailable(
          Unavailable.Cause.CREDENTIALS, "", "STS has not confirmed the role of the caller.");

  private static final Optional<NoSecret> LAPSED = Optional.of(NO_KEY);

  private static final CompletionStage<Optional<Fact>> NOTHING =
      CompletableFuture.completedStage(Optional.empty());

  private static final Granted NEVER =
      new Granted((_, _) -> CompletableFuture.completedStage(NO_KEY), Instant.MIN);

  private static final State NONE = new State(NEVER, Instant.MIN, Instant.MIN, null, 0);

  private static final State FORGOTTEN =
      new State(NEVER, Instant.MIN, Instant.MIN, new Denial(Reason.ROLE, NO_KEY, ""), 0);

  private final TimeSources timing;
  private final Duration maxStale;
  private final DurableRecord record;
  private final Consumer<Fact> restored;
  private final AtomicReference<State> state = new AtomicReference<>(NONE);

  /** In milliseconds, when a caller last came. */
  private final AtomicLong lastUsed;

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
      Granted key, Instant confirmedAt, Instant nextCall, @Nullable Denial denial, int failures) {
    boolean hasKey() {
      return !key.usableUntil().equals(Instant.MIN);
    }

    boolean isUsable(Instant now) {
      return now.isBefore(key.usableUntil());
    }

    boolean hasLapsed(Instant now, Duration maxStale) {
      return denial != null
          && denial.reason() == Reason.UNAVAILABLE
          && hasKey()
          && now.isBefore(confirmedAt.plus(maxStale));
    }

    State denied(Reason reason, NoSecret why, VerifiedPod caller, Instant next) {
      var since = new Denial(reason, why, caller.presented().digest());
      return new State(key, confirmedAt, next, since, failures + 1);
    }

    State withRefusedKey() {
      var next = confirmedAt.plus(LONGEST_PAUSE);
      return denial == null && next.isBefore(nextCall)
          ? new State(key, confirmedAt, next, null, 0)
          : this;
    }

    boolean mayBeRestored() {
      return !hasKey() && (denial == null || denial.reason() != Reason.ROLE);
    }

    /** Lapsed, if it may be restored. */
    State restored(Instant at) {
      var lapsed = new Denial(Reason.UNAVAILABLE, NO_KEY, "");
      return mayBeRestored()
          ? new State(new Granted(NEVER.secrets(), at), at, nextCall, lapsed, failures)
          : this;
    }
  }

  /** STS gave no key to the holder of the token with this digest. */
  private record Denial(Reason reason, NoSecret why, String presented) {
    boolean concerns(VerifiedPod caller) {
      return reason != Reason.TOKEN || presented.equals(caller.presented().digest());
    }
  }

  /** What is to be done for a caller. */
  sealed interface Step {
    /** It is served, without a call that it would wait for. */
    record Serve(boolean isRenewalDue) implements Step {}

    /** STS has to be asked first. */
    record Ask() implements Step {}

    /** It is not served. */
    record Reject(Reason reason, String detail) implements Step {}
  }

  /**
   * New; nothing is looked up yet.
   *
   * @param record that STS has confirmed this grant
   * @param restored is told of the record that the grant was restored from
   */
  Grant(TimeSources timing, Duration maxStale, DurableRecord record, Consumer<Fact> restored) {
    this.timing = timing;
    this.maxStale = maxStale;
    this.record = record;
    this.restored = restored;
    this.lastUsed = new AtomicLong(timing.now().toEpochMilli());
  }

  /** What is to be done for a request of {@code caller}, whose token is genuine, now. */
  Step next(VerifiedPod caller) {
    var now = timing.now();
    lastUsed.setOpaque(now.toEpochMilli());
    var known = state.get();
    var mayAsk = !now.isBefore(known.nextCall());
    if (known.isUsable(now) || known.hasLapsed(now, maxStale)) {
      return new Step.Serve(mayAsk && call.get() == null);
    }
    var denial = known.denial();
    return mayAsk || denial == null || !denial.concerns(caller)
        ? new Step.Ask()
        : new Step.Reject(denial.reason(), denial.why().detail());
  }

  /** In milliseconds, when a caller last came. */
  long lastUsed() {
    return lastUsed.getOpaque();
  }

  /** Ends it, to make room for another: STS is asked again before anything is served. */
  void forget() {
    state.set(FORGOTTEN);
  }

  /** Whether STS gave a key, before a restart or since, and has not refused the role since. */
  boolean wasConfirmed() {
    return state.get().hasKey();
  }

  @Override
  public Optional<NoSecret> missingKey() {
    return state.get().isUsable(timing.now()) ? Optional.empty() : LAPSED;
  }

  /** Whether STS is being asked. */
  boolean isAsking() {
    return call.get() != null;
  }

  /** Whether STS refused the role, or gave the last key so long ago that nothing is served. */
  boolean isForgettable() {
    var now = timing.now();
    var known = state.get();
    var isOfUse = known.hasKey() && now.isBefore(known.key().usableUntil().plus(maxStale));
    var isNew = !known.hasKey() && known.denial() == null;
    return !isOfUse && !isNew && !now.isBefore(known.nextCall()) && !isAsking();
  }

  /**
   * Has STS asked with the token of {@code caller}, unless that is under way; completes with what
   * is to be done for the caller then, which is not to ask again.
   *
   * @param sts makes the call
   */
  CompletionStage<Step> ask(
      VerifiedPod caller, Function<VerifiedPod, CompletionStage<GrantOutcome>> sts) {
    var begun = new CompletableFuture<@Nullable Void>();
    var underWay = call.compareAndExchange(null, begun);
    if (underWay == null) {
      var limit = timing.scheduler().schedule(LONGEST_WAIT, () -> endWait(begun));
      CompletableFuture.completedStage(caller)
          .thenCompose(sts)
          .thenCompose(outcome -> recorded(outcome).thenApply(_ -> outcome))
          .thenAccept(outcome -> state.updateAndGet(before -> after(before, caller, outcome)))
          .whenComplete((_, _) -> limit.cancel())
          .whenComplete((_, bug) -> endCall(begun, bug));
    }
    return (underWay == null ? begun : underWay).thenApply(_ -> afterCall(caller));
  }

  /** Lets those who wait for STS wait no longer if the grant can be restored. */
  private void endWait(CompletableFuture<@Nullable Void> begun) {
    var _ = restore().thenAccept(found -> found.ifPresent(_ -> begun.complete(null)));
  }

  private CompletionStage<Optional<Fact>> restore() {
    return state.get().mayBeRestored()
        ? record.find().whenComplete((found, _) -> found.ifPresent(this::restore))
        : NOTHING;
  }

  private void restore(Fact before) {
    if (state.getAndUpdate(it -> it.restored(before.at())).mayBeRestored()) {
      restored.accept(before);
    }
  }

  /** Completes once no restart brings a grant back that is refused. */
  private CompletionStage<?> recorded(GrantOutcome outcome) {
    return switch (outcome) {
      case Granted _ when state.get().equals(FORGOTTEN) -> NOTHING;
      case Granted _ -> {
        record.keep("");
        yield NOTHING;
      }
      case RoleRefused _, KeyRefused _ -> record.erase();
      case TokenRefused _ -> NOTHING;
      case Undecided _ -> restore();
    };
  }

  private void endCall(CompletableFuture<@Nullable Void> begun, @Nullable Throwable bug) {
    call.set(null);
    if (bug == null) {
      begun.complete(null);
    } else {
      begun.completeExceptionally(bug);
    }
  }

  private Step afterCall(VerifiedPod caller) {
    var step = next(caller);
    return step instanceof Step.Ask ? new Step.Reject(Reason.UNAVAILABLE, NO_KEY.detail()) : step;
  }

  private State after(State before, VerifiedPod caller, GrantOutcome outcome) {
    var now = timing.now();
    var refusalEnd = now.plus(REFUSAL_TTL);
    return switch (outcome) {
      case Granted key -> new State(key, now, renewal(now, key), null, 0);
      case RoleRefused(var why) -> NONE.denied(Reason.ROLE, why, caller, refusalEnd);
      case KeyRefused(var why) -> before.denied(Reason.ROLE, why, caller, refusalEnd);
      case TokenRefused(var why) -> before.denied(Reason.TOKEN, why, caller, refusalEnd);
      case Undecided(var why) -> {
        var pause = timing.backoff(before.failures() + 1, LONGEST_PAUSE);
        yield before.denied(Reason.UNAVAILABLE, why, caller, now.plus(pause));
      }
    };
  }

  private Instant renewal(Instant now, Granted key) {
    return now.plus(timing.untilRenewal(Duration.between(now, key.usableUntil())));
  }

  @Override
  public CompletionStage<FetchOutcome> fetch(SecretQuery query, Instant deadline) {
    var known = state.get();
    return known.isUsable(timing.now())
        ? known
            .key()
            .secrets()
            .fetch(query, deadline)
            .whenComplete((it, _) -> note(known.key(), it))
        : NEVER.secrets().fetch(query, deadline);
  }

  private void note(Granted key, @Nullable FetchOutcome outcome) {
    if (outcome instanceof IdentityRefused) {
      state.updateAndGet(known -> known.key().equals(key) ? known.withRefusedKey() : known);
    }
  }
}
