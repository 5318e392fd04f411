package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.port.AgentEvent;
import dev.kmsagent.domain.port.AgentEvents;
import java.util.List;

/** Delivers events to handlers; unlike {@link FanOutEvents}, it lets their exceptions through. */
record DirectEvents(List<EventHandler<?>> handlers) implements AgentEvents {
  DirectEvents {
    handlers = List.copyOf(handlers);
  }

  @Override
  public void publish(AgentEvent event) {
    handlers.forEach(handler -> deliver(handler, event));
  }

  private static <E extends AgentEvent> void deliver(EventHandler<E> handler, AgentEvent event) {
    if (handler.type().isInstance(event)) {
      handler.handle(handler.type().cast(event));
    }
  }
}
