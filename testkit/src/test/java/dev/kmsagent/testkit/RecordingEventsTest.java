package dev.kmsagent.testkit;

import dev.kmsagent.domain.port.AgentEvents;

final class RecordingEventsTest implements AgentEventsContract {
  private final AgentEvents receiver = new RecordingEvents();

  @Override
  public AgentEvents receiver() {
    return receiver;
  }
}
