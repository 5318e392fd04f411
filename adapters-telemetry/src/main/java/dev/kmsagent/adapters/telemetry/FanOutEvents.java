package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.port.AgentEvent;
import dev.kmsagent.domain.port.AgentEvents;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands every event to every receiver, in order. A receiver that fails hurts neither the others nor
 * the request; that it failed is logged. Thread-safe.
 */
public final class FanOutEvents implements AgentEvents {
  private final List<AgentEvents> receivers;
  private final LogThrottle throttle;
  private final Logger logger;

  public FanOutEvents(List<AgentEvents> receivers, InstantSource clock) {
    this(receivers, clock, LoggerFactory.getLogger(FanOutEvents.class));
  }

  FanOutEvents(List<AgentEvents> receivers, InstantSource clock, Logger logger) {
    this.receivers = List.copyOf(receivers);
    this.throttle = new LogThrottle(clock);
    this.logger = logger;
  }

  @Override
  public void publish(AgentEvent event) {
    for (var receiver : receivers) {
      try {
        receiver.publish(event);
      } catch (RuntimeException bug) {
        log(receiver, event, bug);
      }
    }
  }

  /** Without the exception's message, which may hold what the event holds. */
  private void log(AgentEvents receiver, AgentEvent event, RuntimeException bug) {
    if (throttle.admits(receiver.getClass(), 1)) {
      var trace = bug.getStackTrace();
      new LogLine(logger.atError())
          .with("receiver", receiver.getClass().getName())
          .with("event", event.getClass().getSimpleName())
          .with("error", bug.getClass().getName())
          .with("at", trace.length == 0 ? "?" : trace[0])
          .log("event_receiver_failed");
    }
  }
}
