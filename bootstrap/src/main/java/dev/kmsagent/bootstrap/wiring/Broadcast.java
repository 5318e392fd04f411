package dev.kmsagent.bootstrap.wiring;

import dev.kmsagent.domain.port.AgentEvent;
import dev.kmsagent.domain.port.AgentEvents;
import java.util.List;

/** Tells each event to several receivers, in their order. */
record Broadcast(List<AgentEvents> receivers) implements AgentEvents {
  Broadcast {
    receivers = List.copyOf(receivers);
  }

  @Override
  public void publish(AgentEvent event) {
    receivers.forEach(receiver -> receiver.publish(event));
  }
}
