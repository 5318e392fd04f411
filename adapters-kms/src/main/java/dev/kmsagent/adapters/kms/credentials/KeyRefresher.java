package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.adapters.kms.credentials.KeyIssuer.Issue;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.port.AgentEvent;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.Scheduler;
import dev.kmsagent.domain.port.Scheduler.Timer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * When attempts to be issued a key are made: one at a time, by timers that never cease, and when
 * somebody needs one; six in a minute, of which one because KMS refused a key. Thread-safe; no lock
 * is held while an attempt waits.
 */
final class KeyRefresher implements AutoCloseable {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final int ATTEMPTS_A_MINUTE = 6;

  /** Who refuses a key that is younger than a minute would refuse the next as well. */
  private static final int ATTEMPTS_A_MINUTE_FOR_REFUSED_KEYS = 1;

  /** Longer than every bound that issuers set themselves: for a library that hangs. */
  private static final Duration LONGEST_ATTEMPT = Duration.ofSeconds(90);

  private static final CompletableFuture<@Nullable Void> NO_ATTEMPT =
      CompletableFuture.completedFuture(null);

  private final KeyIssuer issuer;
  private final Executor executor;
  private final Scheduler scheduler;
  private final AgentEvents events;
  private final CurrentKey holding;
  private final AttemptLimiter turns;
  private final AttemptLimiter turnsForRefusedKeys;
  private Phase phase = new Resting();
  private Timer timer = () -> {};
  private Runnable breakOff = () -> {};

  /** What goes on. One is told from others of its kind by identity. */
  private sealed interface Phase {}

  /** Nothing, until it is time to renew or somebody needs a key. */
  private static final class Resting implements Phase {}

  /** An attempt. */
  private record Asking(CompletableFuture<@Nullable Void> end) implements Phase {}

  /** A pause, since an attempt failed or too many were made; the next comes by itself. */
  private static final class Pausing implements Phase {}

  /** Nothing any more. */
  private static final class Closed implements Phase {}

  KeyRefresher(
      KeyIssuer issuer,
      Executor executor,
      Scheduler scheduler,
      AgentEvents events,
      CurrentKey holding) {
    this.issuer = issuer;
    this.executor = executor;
    this.scheduler = scheduler;
    this.events = events;
    this.holding = holding;
    this.turns = new AttemptLimiter(ATTEMPTS_A_MINUTE, MINUTE, scheduler);
    this.turnsForRefusedKeys =
        new AttemptLimiter(ATTEMPTS_A_MINUTE_FOR_REFUSED_KEYS, MINUTE, scheduler);
  }

  /** The end of the attempt to wait for; at once where a key is good or none can be had now. */
  synchronized CompletableFuture<@Nullable Void> whereNoneIsGood() {
    return holding.isGood() ? NO_ATTEMPT : join(this::begin);
  }

  /** The same where KMS refused a key; at once where another is held. */
  synchronized CompletableFuture<@Nullable Void> whereHeld(SigningKey refused) {
    if (!holding.key().is(refused)) {
      return whereNoneIsGood();
    }
    holding.noteRefusal();
    return join(this::beginForRefusedKey);
  }

  /** Why the last attempt failed, if it did. */
  synchronized Optional<NoSecret> failure() {
    return holding.isFailing() ? Optional.of(holding.reason()) : Optional.empty();
  }

  private CompletableFuture<@Nullable Void> join(
      Supplier<CompletableFuture<@Nullable Void>> otherwise) {
    return switch (phase) {
      case Asking asking -> asking.end();
      case Resting _ -> otherwise.get();
      case Pausing _, Closed _ -> NO_ATTEMPT;
    };
  }

  private CompletableFuture<@Nullable Void> beginForRefusedKey() {
    return switch (turnsForRefusedKeys.take()) {
      case GRANTED -> begin();
      case USED_UP -> NO_ATTEMPT;
    };
  }

  private CompletableFuture<@Nullable Void> begin() {
    timer.cancel();
    var pausing = new Pausing();
    return switch (turns.take(() -> wake(pausing))) {
      case GRANTED -> ask();
      case USED_UP -> {
        phase = pausing;
        holding.noteWait();
        yield NO_ATTEMPT;
      }
    };
  }

  private synchronized void wake(Phase sleeping) {
    if (phase.equals(sleeping)) {
      var _ = begin();
    }
  }

  private CompletableFuture<@Nullable Void> ask() {
    var asking = new Asking(new CompletableFuture<>());
    var attempt = new RefreshAttempt(issuer, issue -> end(asking, issue));
    phase = asking;
    breakOff = attempt::breakOff;
    timer = scheduler.schedule(LONGEST_ATTEMPT, breakOff);
    executor.execute(attempt);
    return asking.end();
  }

  private void end(Asking asking, Issue issue) {
    take(asking, issue).ifPresent(events::publish);
    asking.end().complete(null);
  }

  private synchronized Optional<AgentEvent> take(Asking asking, Issue issue) {
    if (!phase.equals(asking)) {
      return Optional.empty();
    }
    timer.cancel();
    var event = holding.take(issue);
    sleep(holding.isFailing() ? new Pausing() : new Resting());
    return event;
  }

  private void sleep(Phase sleeping) {
    phase = sleeping;
    holding.untilNext().ifPresent(time -> timer = scheduler.schedule(time, () -> wake(sleeping)));
  }

  /** Breaks off what is still going on, and begins nothing any more. */
  @Override
  public void close() {
    enterClosed().run();
  }

  private synchronized Runnable enterClosed() {
    phase = new Closed();
    timer.cancel();
    holding.giveReason(CurrentKey.unavailable("The agent is closing."));
    return breakOff;
  }
}
