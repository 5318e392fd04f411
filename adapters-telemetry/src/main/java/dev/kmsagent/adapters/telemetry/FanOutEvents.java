package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.event.AgentEvent;
import dev.kmsagent.domain.port.out.AgentEvents;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Delivers each event to the handlers of its type, in their order. A handler that throws affects
 * neither the others nor the request; its failure is logged. Thread-safe.
 */
public final class FanOutEvents implements AgentEvents {
  private final List<EventHandler<?>> handlers;
  private final ThrottledLog log;

  /** The handlers of each class of events, looked up when the first event of the class arrives. */
  private final ClassValue<List<EventHandler<AgentEvent>>> byEvent =
      new ClassValue<>() {
        @Override
        protected List<EventHandler<AgentEvent>> computeValue(Class<?> event) {
          return handlersOf(event);
        }
      };

  public FanOutEvents(List<EventHandler<?>> handlers, InstantSource clock) {
    this(handlers, clock, LoggerFactory.getLogger(FanOutEvents.class));
  }

  FanOutEvents(List<EventHandler<?>> handlers, InstantSource clock, Logger logger) {
    this.handlers = List.copyOf(handlers);
    this.log = new ThrottledLog(new Throttle(clock), logger);
  }

  @SuppressWarnings("unchecked") // A handler is given no event but those of its type.
  private List<EventHandler<AgentEvent>> handlersOf(Class<?> event) {
    return handlers.stream()
        .filter(handler -> handler.type().isAssignableFrom(event))
        .map(handler -> (EventHandler<AgentEvent>) handler)
        .toList();
  }

  @Override
  public void publish(AgentEvent event) {
    for (var handler : byEvent.get(event.getClass())) {
      try {
        handler.handle(event);
      } catch (RuntimeException | Error bug) {
        logFailure(handler, event, bug);
      }
    }
  }

  /** The exception's message is left out: it may hold what the event holds. */
  private void logFailure(EventHandler<?> handler, AgentEvent event, Throwable bug) {
    var admission = log.admit(handler.getClass());
    if (admission.admitted()) {
      var trace = bug.getStackTrace();
      log.line(Level.ERROR, admission)
          .with("receiver", handler.getClass().getName())
          .with("event", event.getClass().getSimpleName())
          .with("error", bug.getClass().getName())
          .with("at", trace.length == 0 ? "?" : trace[0])
          .log("event_receiver_failed");
    }
  }
}
