package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.adapters.kms.credentials.KeyIssuer.Issue;
import dev.kmsagent.adapters.kms.transport.TransportFailure;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.event.AgentEvent;
import dev.kmsagent.domain.event.CredentialEvent;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.port.out.DurableRecord;
import dev.kmsagent.domain.port.out.DurableRecord.Fact;
import dev.kmsagent.domain.port.out.Scheduler.Timer;
import dev.kmsagent.domain.time.TimeSources;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A key from an issuer, refreshed in the background ahead of its end. While that fails the key is
 * used to its end. The principal is the owner of the latest key; it stays through an outage of the
 * issuer, and is unknown after a refusal until a key is issued again. After a restart it is the one
 * from before, until the issuer answers; a refusal is told once no restart brings that back.
 *
 * <p>Attempts are made one at a time, by timer and when a call needs a key; at most six a minute,
 * one of which because KMS refused a key. Thread-safe; no lock is held during an attempt.
 */
public final class RefreshingCredentials implements CredentialsProvider {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final int ATTEMPTS_A_MINUTE = 6;

  /** Longer than every time limit of the issuers: for a library that hangs. */
  private static final Duration MAX_ATTEMPT = Duration.ofSeconds(90);

  private static final CompletableFuture<@Nullable Void> NO_ATTEMPT =
      CompletableFuture.completedFuture(null);

  private final KeyIssuer issuer;
  private final Executor executor;
  private final TimeSources timing;
  private final AgentEvents events;
  private final CurrentKey current;
  private final Deque<Instant> latestAttempts = new ArrayDeque<>();
  private Instant latestForRefusedKey = Instant.MIN;
  private Phase phase = Phase.IDLE;
  private CompletableFuture<@Nullable Void> attemptEnd = NO_ATTEMPT;
  private CompletableFuture<?> restoring = NO_ATTEMPT;
  private Timer timer = () -> {};
  private Timer watching = () -> {};
  private Optional<String> flaw = Optional.empty();
  private Runnable cancelAttempt = () -> {};

  private enum Phase {
    /** No attempt is under way until the key is to be refreshed or a call needs one. */
    IDLE,
    /** An attempt is under way. */
    ATTEMPTING,
    /** No attempt is made before a timer: one failed, or too many were made. */
    BACKING_OFF,
    /** No attempt is made any more. */
    CLOSED
  }

  /**
   * Asks the issuer for nothing yet.
   *
   * @param executor for tasks that wait: virtual threads
   * @param record of this issuer and what it is asked for: who owned its keys before a restart
   */
  public RefreshingCredentials(
      KeyIssuer issuer,
      Executor executor,
      TimeSources timing,
      AgentEvents events,
      DurableRecord record) {
    this.issuer = issuer;
    this.executor = executor;
    this.timing = timing;
    this.events = events;
    this.current = new CurrentKey(timing, record);
    if (issuer.isWatched()) {
      watch();
    }
  }

  /** Reads once a minute whether the next attempt may fail. */
  private synchronized void watch() {
    if (phase != Phase.CLOSED) {
      watching = timing.scheduler().schedule(MINUTE, () -> executor.execute(this::look));
    }
  }

  private void look() {
    var now = issuer.flaw();
    if (!now.equals(flaw)) {
      flaw = now;
      events.publish(
          now.<AgentEvent>map(CredentialEvent.OidcTokenOverdue::new)
              .orElseGet(CredentialEvent.OidcTokenRenewed::new));
    }
    watch();
  }

  @Override
  public CompletionStage<Outcome> obtain() {
    var usable = current.usable();
    return usable.isPresent()
        ? CompletableFuture.completedStage(new Outcome.Obtained(usable.get()))
        : ifNoneIsUsable().thenApply(_ -> outcome());
  }

  private Outcome outcome() {
    return current
        .usable()
        .<Outcome>map(Outcome.Obtained::new)
        .orElseGet(() -> new Outcome.Missing(current.reason()));
  }

  @Override
  public CompletionStage<Outcome> refresh(SigningKey refused) {
    return ifCurrent(refused).thenApply(_ -> refreshed(refused));
  }

  private synchronized Outcome refreshed(SigningKey refused) {
    var another = current.usable().filter(key -> !key.equals(refused));
    return another.isEmpty() && current.isFailing()
        ? new Outcome.Missing(current.reason())
        : new Outcome.Obtained(another.orElse(refused));
  }

  @Override
  public Optional<Principal> principal() {
    return current.owner();
  }

  @Override
  public CompletionStage<Optional<Principal>> confirmed() {
    return principal().isPresent()
        ? CompletableFuture.completedStage(principal())
        : restored().thenCompose(_ -> CredentialsProvider.super.confirmed());
  }

  /** Completes once it is known who the owner was before a restart. */
  private synchronized CompletionStage<?> restored() {
    if (restoring.isDone()) {
      restoring = current.findOwner().thenAccept(this::restore).toCompletableFuture();
    }
    return restoring;
  }

  private void restore(Optional<Fact> before) {
    before.flatMap(this::applyRestored).ifPresent(events::publish);
  }

  private synchronized Optional<AgentEvent> applyRestored(Fact before) {
    return current.restore(before);
  }

  /** Ends with the attempt to wait for; at once where a key is usable or none can be had now. */
  private synchronized CompletableFuture<@Nullable Void> ifNoneIsUsable() {
    return current.usable().isPresent() ? NO_ATTEMPT : join(this::begin);
  }

  /** The same where KMS refused a key; at once where another key is current. */
  private synchronized CompletableFuture<@Nullable Void> ifCurrent(SigningKey refused) {
    if (!current.is(refused)) {
      return ifNoneIsUsable();
    }
    current.noteRefusal();
    return join(this::beginForRefusedKey);
  }

  private CompletableFuture<@Nullable Void> join(
      Supplier<CompletableFuture<@Nullable Void>> otherwise) {
    return switch (phase) {
      case ATTEMPTING -> attemptEnd;
      case IDLE -> otherwise.get();
      case BACKING_OFF, CLOSED -> NO_ATTEMPT;
    };
  }

  /** Where KMS refuses a key that is younger than a minute, it would refuse the next as well. */
  private CompletableFuture<@Nullable Void> beginForRefusedKey() {
    var now = timing.now();
    if (now.isBefore(latestForRefusedKey.plus(MINUTE))) {
      return NO_ATTEMPT;
    }
    latestForRefusedKey = now;
    return begin();
  }

  private CompletableFuture<@Nullable Void> begin() {
    timer.cancel();
    var now = timing.now();
    if (latestAttempts.size() == ATTEMPTS_A_MINUTE) {
      var next = latestAttempts.getFirst().plus(MINUTE);
      if (now.isBefore(next)) {
        current.noteWait();
        phase = Phase.BACKING_OFF;
        wakeAfter(Duration.between(now, next));
        return NO_ATTEMPT;
      }
      latestAttempts.removeFirst();
    }
    latestAttempts.addLast(now);
    return attempt();
  }

  private void wakeAfter(Duration delay) {
    timer = timing.scheduler().schedule(delay, this::wake);
  }

  private synchronized void wake() {
    if (phase == Phase.IDLE || phase == Phase.BACKING_OFF) {
      var _ = begin();
    }
  }

  private CompletableFuture<@Nullable Void> attempt() {
    phase = Phase.ATTEMPTING;
    var end = new CompletableFuture<@Nullable Void>();
    var attempt =
        new FutureTask<>(issuer::issue) {
          @Override
          protected void done() {
            var issue = issue(this);
            var _ = current.eraseIfRefused(issue).thenRun(() -> conclude(issue, end));
          }
        };
    attemptEnd = end;
    cancelAttempt = () -> attempt.cancel(true);
    timer = timing.scheduler().schedule(MAX_ATTEMPT, cancelAttempt);
    executor.execute(attempt);
    return end;
  }

  private void conclude(Issue issue, CompletableFuture<@Nullable Void> end) {
    apply(issue).ifPresent(events::publish);
    end.complete(null);
  }

  private synchronized Optional<AgentEvent> apply(Issue issue) {
    if (phase == Phase.CLOSED) {
      return Optional.empty();
    }
    timer.cancel();
    var event = current.apply(issue);
    phase = current.isFailing() ? Phase.BACKING_OFF : Phase.IDLE;
    current.untilNext().ifPresent(this::wakeAfter);
    return event;
  }

  /** Cancels the attempt under way, so that calls that wait for it get no key; no other begins. */
  @Override
  public void close() {
    enterClosed().run();
  }

  private synchronized Runnable enterClosed() {
    phase = Phase.CLOSED;
    timer.cancel();
    watching.cancel();
    current.noteClosing();
    return cancelAttempt;
  }

  /** The outcome of an attempt, however it has ended. */
  private static Issue issue(Future<Issue> ended) {
    return switch (ended.state()) {
      case SUCCESS -> ended.resultNow();
      case CANCELLED -> failed("Whoever issues credentials did not answer in time.");
      case FAILED -> failed(TransportFailure.unexpected(ended.exceptionNow()).detail());
      case RUNNING -> throw new IllegalStateException("an attempt has ended and still runs");
    };
  }

  private static Issue failed(String detail) {
    return new Issue.NotIssued(CredentialFailure.unavailable("", detail));
  }
}
