package dev.kmsagent.adapters.http.files;

import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.Parsed;
import dev.kmsagent.domain.event.LifecycleEvent;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.port.out.Scheduler;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Replaces the token in force when the content of its file changed. An unreadable file leaves the
 * token in force. Thread-safe.
 */
public final class TokenRotation extends FileRotation {
  private final TokenSource source;
  private final AtomicReference<ConfidentialText> inForce;
  private final AgentEvents events;

  /**
   * Takes the token in force, which {@code source} gave, in a reference that this updates.
   *
   * @param files platform threads, for reading
   */
  public TokenRotation(
      TokenSource source,
      AtomicReference<ConfidentialText> inForce,
      AgentEvents events,
      Scheduler scheduler,
      Executor files) {
    super(inForce.get(), scheduler, files);
    this.source = source;
    this.inForce = inForce;
    this.events = events;
  }

  /** Starts reading; a fixed token is not read again. Warns of a token that can be guessed. */
  @Override
  public void start() {
    warnIfShort(inForce.get());
    if (source instanceof TokenSource.FromFile) {
      super.start();
    }
  }

  @Override
  Parsed<ConfidentialText> read() {
    return source.read();
  }

  @Override
  void take(Parsed<ConfidentialText> reading) {
    switch (reading) {
      case Parsed.Valid(var token) -> {
        inForce.set(token);
        events.publish(new LifecycleEvent.TokenReloaded());
        warnIfShort(token);
      }
      case Parsed.Invalid(var reason) -> events.publish(new LifecycleEvent.TokenUnreadable(reason));
    }
  }

  private void warnIfShort(ConfidentialText token) {
    if (TokenSource.isShort(token)) {
      events.publish(new LifecycleEvent.TokenGuessable());
    }
  }
}
