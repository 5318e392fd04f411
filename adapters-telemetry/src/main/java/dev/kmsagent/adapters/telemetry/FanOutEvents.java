package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.event.AgentEvent;
import dev.kmsagent.domain.port.out.AgentEvents;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers each event to the handlers of its type, in their order. A handler that throws affects
 * neither the others nor the request; its failure is logged. Thread-safe.
 */
public final class FanOutEvents implements AgentEvents {
  private final List<EventHandler.Typed<?>> handlers;
  private final Logger logger;

  /** The handlers of each class of events, looked up when the first event of the class arrives. */
  private final ClassValue<List<EventHandler<AgentEvent>>> byEvent =
      new ClassValue<>() {
        @Override
        protected List<EventHandler<AgentEvent>> computeValue(Class<?> event) {
          return handlersOf(event);
        }
      };

  public FanOutEvents(List<EventHandler.Typed<?>> handlers) {
    this(handlers, LoggerFactory.getLogger(FanOutEvents.class));
  }

  FanOutEvents(List<EventHandler.Typed<?>> handlers, Logger logger) {
    this.handlers = List.copyOf(handlers);
    this.logger = logger;
  }

  @SuppressWarnings("unchecked") // A handler is given no event but those of its type.
  private List<EventHandler<AgentEvent>> handlersOf(Class<?> event) {
    return handlers.stream()
        .filter(it -> it.type().isAssignableFrom(event))
        .map(it -> (EventHandler<AgentEvent>) it.handler())
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
    var trace = bug.getStackTrace();
    logger
        .atError()
        .addKeyValue("receiver", handler.getClass().getName())
        .addKeyValue("event", event.getClass().getSimpleName())
        .addKeyValue("error", bug.getClass().getName())
        .addKeyValue("at", trace.length == 0 ? "?" : trace[0])
        .log("event_receiver_failed");
  }
}
