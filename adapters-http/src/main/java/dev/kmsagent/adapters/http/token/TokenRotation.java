package dev.kmsagent.adapters.http.token;

import dev.kmsagent.adapters.http.request.Parsed;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.event.LifecycleEvent;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.port.out.Scheduler;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Reads the token file once a second and replaces the token in force when the content changed. An
 * unreadable file leaves the token in force. Reading may hang, as on a network file system or with
 * a named pipe: it has a thread of its own, and no other read begins meanwhile. Thread-safe.
 */
public final class TokenRotation {
  private static final Duration PERIOD = Duration.ofSeconds(1);

  /** A file of the same host is read within milliseconds. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Parsed<ConfidentialText> HANGING =
      new Parsed.Bad<>("reading the token file takes too long");

  private final TokenSource source;
  private final AtomicReference<ConfidentialText> inForce;
  private final AgentEvents events;
  private final Scheduler scheduler;
  private final Executor files;
  private Parsed<ConfidentialText> last;
  private Scheduler.Timer timer = () -> {};
  private boolean isReading;
  private boolean stopped;

  /**
   * Takes the token in force, which {@code source} gave, in a reference that this updates.
   *
   * @param files platform threads: a file operation that hangs would block the carrier of a virtual
   *     thread
   */
  public TokenRotation(
      TokenSource source,
      AtomicReference<ConfidentialText> inForce,
      AgentEvents events,
      Scheduler scheduler,
      Executor files) {
    this.source = source;
    this.inForce = inForce;
    this.events = events;
    this.scheduler = scheduler;
    this.files = files;
    this.last = new Parsed.Good<>(inForce.get());
  }

  /** Starts reading; a fixed token is not read again. Warns of a token that can be guessed. */
  public void start() {
    warnIfShort(inForce.get());
    if (source instanceof TokenSource.FromFile) {
      schedule();
    }
  }

  /** Stops reading. */
  public synchronized void stop() {
    stopped = true;
    timer.cancel();
  }

  private synchronized void schedule() {
    timer.cancel();
    isReading = false;
    if (!stopped) {
      timer = scheduler.schedule(PERIOD, this::begin);
    }
  }

  private synchronized void begin() {
    isReading = true;
    timer = scheduler.schedule(PATIENCE, this::reportHanging);
    files.execute(this::reload);
  }

  private synchronized void reportHanging() {
    if (isReading) {
      take(HANGING);
    }
  }

  private void reload() {
    try {
      take(source.read());
    } finally {
      schedule();
    }
  }

  /** Compares contents, not dates: a file can change twice within the resolution of its date. */
  private synchronized void take(Parsed<ConfidentialText> reading) {
    if (reading.equals(last)) {
      return;
    }
    last = reading;
    switch (reading) {
      case Parsed.Good(var token) -> {
        inForce.set(token);
        events.publish(new LifecycleEvent.TokenReloaded());
        warnIfShort(token);
      }
      case Parsed.Bad(var reason) -> events.publish(new LifecycleEvent.TokenUnreadable(reason));
    }
  }

  private void warnIfShort(ConfidentialText token) {
    if (TokenSource.isShort(token)) {
      events.publish(new LifecycleEvent.TokenGuessable());
    }
  }
}
