package dev.kmsagent.adapters.http.token;

import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.LifecycleEvent;
import dev.kmsagent.domain.port.Scheduler;
import java.time.Duration;

/**
 * Keeps a guard at the token that a file holds, however the file changes: written over, or replaced
 * by a rename or a symbolic link. While it cannot be read the token before stays in force.
 * Thread-safe.
 */
public final class TokenRotation {
  private static final Duration PERIOD = Duration.ofSeconds(1);

  private final TokenSource source;
  private final TokenGuard guard;
  private final AgentEvents events;
  private final Scheduler scheduler;
  private TokenReading last;
  private Scheduler.Timer timer = () -> {};
  private boolean stopped;

  /** Takes a guard that asks for what {@code source} gave first. */
  public TokenRotation(
      TokenSource source, TokenGuard guard, AgentEvents events, Scheduler scheduler) {
    this.source = source;
    this.guard = guard;
    this.events = events;
    this.scheduler = scheduler;
    this.last = new TokenReading.Usable(guard.inForce());
  }

  /** Begins to look at the file once a second; there is nothing to do for a token that is fixed. */
  public void start() {
    switch (source) {
      case TokenSource.Fixed fixed -> {}
      case TokenSource.FromFile file -> lookLater();
    }
  }

  /** Looks no more. */
  public synchronized void stop() {
    stopped = true;
    timer.cancel();
  }

  private synchronized void lookLater() {
    if (!stopped) {
      timer = scheduler.schedule(PERIOD, this::look);
    }
  }

  private void look() {
    try {
      take(source.read());
    } finally {
      lookLater();
    }
  }

  /** The content is compared, not its date: a file can change twice within what a date tells. */
  private synchronized void take(TokenReading reading) {
    if (reading.equals(last)) {
      return;
    }
    last = reading;
    switch (reading) {
      case TokenReading.Usable(var token) -> {
        guard.replace(token);
        events.publish(new LifecycleEvent.TokenReloaded());
      }
      case TokenReading.Unusable(var reason) ->
          events.publish(new LifecycleEvent.TokenUnreadable(reason));
    }
  }
}
