package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.adapters.kms.credentials.KeyIssuer.Issue;
import dev.kmsagent.adapters.kms.credentials.KeyIssuer.KeyOwner;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.port.AgentEvent;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.Scheduler;
import dev.kmsagent.domain.port.Scheduler.Timer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A key from an issuer, refreshed in the background ahead of its end. While that fails the key is
 * used to its end. The principal is the owner of the latest key; it stays through an outage of the
 * issuer, and is unknown after a refusal until a key is issued again.
 *
 * <p>Attempts are made one at a time, by timer and when a call needs a key; at most six a minute,
 * one of which because KMS refused a key. Thread-safe; no lock is held during an attempt.
 */
public final class RefreshingCredentials implements CredentialsProvider {
  private static final Logger LOG = LoggerFactory.getLogger(RefreshingCredentials.class);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final int ATTEMPTS_A_MINUTE = 6;

  /** Where KMS refuses a key that is younger than a minute, it would refuse the next as well. */
  private static final int ATTEMPTS_A_MINUTE_FOR_REFUSED_KEYS = 1;

  /** Longer than every time limit of the issuers: for a library that hangs. */
  private static final Duration MAX_ATTEMPT = Duration.ofSeconds(90);

  private static final CompletableFuture<@Nullable Void> NO_ATTEMPT =
      CompletableFuture.completedFuture(null);

  private final KeyIssuer issuer;
  private final Executor executor;
  private final Scheduler scheduler;
  private final AgentEvents events;
  private final CurrentKey current;
  private final AttemptLimiter limiter;
  private final AttemptLimiter refusedKeyLimiter;
  private Phase phase = new Idle();
  private Timer timer = () -> {};
  private Runnable cancelAttempt = () -> {};

  /** The state; compared by identity. */
  private sealed interface Phase {}

  /** No attempt is under way until the key is to be refreshed or a call needs one. */
  private static final class Idle implements Phase {}

  /** An attempt is under way. */
  private record Attempting(CompletableFuture<@Nullable Void> end) implements Phase {}

  /** No attempt is made before a timer: one failed, or too many were made. */
  private static final class BackingOff implements Phase {}

  /** No attempt is made any more. */
  private static final class Closed implements Phase {}

  /**
   * Asks the issuer for nothing yet.
   *
   * @param executor for tasks that wait: virtual threads
   */
  public RefreshingCredentials(
      KeyIssuer issuer, Executor executor, RefreshTiming timing, AgentEvents events) {
    this.issuer = issuer;
    this.executor = executor;
    this.scheduler = timing.scheduler();
    this.events = events;
    this.current = new CurrentKey(timing);
    this.limiter = new AttemptLimiter(ATTEMPTS_A_MINUTE, MINUTE, scheduler);
    this.refusedKeyLimiter =
        new AttemptLimiter(ATTEMPTS_A_MINUTE_FOR_REFUSED_KEYS, MINUTE, scheduler);
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
  public CompletionStage<Refresh> refresh(SigningKey refused) {
    return ifCurrent(refused).thenApply(_ -> refreshed(refused));
  }

  private Refresh refreshed(SigningKey refused) {
    return current
        .usable()
        .filter(key -> !key.equals(refused))
        .<Refresh>map(Refresh.Refreshed::new)
        .orElseGet(this::notRefreshed);
  }

  private synchronized Refresh notRefreshed() {
    return current.isFailing() ? new Refresh.Failed(current.reason()) : new Refresh.Unchanged();
  }

  @Override
  public Optional<Principal> principal() {
    return switch (current.owner()) {
      case KeyOwner.Named(var principal) -> Optional.of(principal);
      case KeyOwner.Unnamed() -> Optional.empty();
    };
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
      case Attempting attempting -> attempting.end();
      case Idle _ -> otherwise.get();
      case BackingOff _, Closed _ -> NO_ATTEMPT;
    };
  }

  private CompletableFuture<@Nullable Void> beginForRefusedKey() {
    return switch (refusedKeyLimiter.take()) {
      case GRANTED -> begin();
      case USED_UP -> NO_ATTEMPT;
    };
  }

  private CompletableFuture<@Nullable Void> begin() {
    timer.cancel();
    var backingOff = new BackingOff();
    return switch (limiter.take(() -> wake(backingOff))) {
      case GRANTED -> attempt();
      case USED_UP -> {
        phase = backingOff;
        current.noteWait();
        yield NO_ATTEMPT;
      }
    };
  }

  private synchronized void wake(Phase waiting) {
    if (phase.equals(waiting)) {
      var _ = begin();
    }
  }

  private CompletableFuture<@Nullable Void> attempt() {
    var attempting = new Attempting(new CompletableFuture<>());
    var attempt = new IssueTask(issuer, issue -> end(attempting, issue));
    phase = attempting;
    cancelAttempt = () -> attempt.cancel(true);
    timer = scheduler.schedule(MAX_ATTEMPT, cancelAttempt);
    executor.execute(attempt);
    return attempting.end();
  }

  private void end(Attempting attempting, Issue issue) {
    apply(attempting, issue).ifPresent(events::publish);
    attempting.end().complete(null);
  }

  private synchronized Optional<AgentEvent> apply(Attempting attempting, Issue issue) {
    if (!phase.equals(attempting)) {
      return Optional.empty();
    }
    timer.cancel();
    var event = current.apply(issue);
    awaitNext(current.isFailing() ? new BackingOff() : new Idle());
    return event;
  }

  private void awaitNext(Phase waiting) {
    phase = waiting;
    current.untilNext().ifPresent(time -> timer = scheduler.schedule(time, () -> wake(waiting)));
  }

  /** Cancels the attempt under way, so that calls that wait for it get no key; no other begins. */
  @Override
  public void close() {
    enterClosed().run();
  }

  private synchronized Runnable enterClosed() {
    phase = new Closed();
    timer.cancel();
    current.noteClosing();
    return cancelAttempt;
  }

  /** One attempt, which reports its outcome exactly once, however it ends. */
  private static final class IssueTask extends FutureTask<Issue> {
    private final Consumer<Issue> atEnd;

    IssueTask(KeyIssuer issuer, Consumer<Issue> atEnd) {
      super(issuer::issue);
      this.atEnd = atEnd;
    }

    @Override
    protected void done() {
      atEnd.accept(
          switch (state()) {
            case SUCCESS -> resultNow();
            case CANCELLED -> failed("Whoever issues credentials did not answer in time.");
            case FAILED -> unexpected(exceptionNow());
            case RUNNING -> throw new IllegalStateException("an attempt has ended and still runs");
          });
    }

    /** A bug, here or in a library. Only its class is reported: its message can quote a key. */
    private static Issue unexpected(Throwable failure) {
      var type = failure.getClass().getName();
      LOG.error("Asking for credentials failed in an unforeseen way: {}", type);
      return failed("Asking for credentials failed in an unforeseen way: " + type + ".");
    }

    private static Issue failed(String detail) {
      return new Issue.NotIssued(CredentialFailure.unavailable("", detail));
    }
  }
}
