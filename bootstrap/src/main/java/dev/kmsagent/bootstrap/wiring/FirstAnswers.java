package dev.kmsagent.bootstrap.wiring;

import dev.kmsagent.adapters.kms.transport.HostProbe;
import dev.kmsagent.adapters.kms.transport.HostProbe.Probe;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.CallerEvent;
import dev.kmsagent.domain.port.Scheduler;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * Asks hosts of the cloud until each has answered anything, since an agent without a key of its own
 * calls none of them before a pod does. Thread-safe.
 */
final class FirstAnswers {
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final Map<String, URI> hosts;
  private final HostProbe probe;
  private final Executor waiting;
  private final Scheduler scheduler;
  private final AgentEvents events;
  private volatile boolean stopped;

  /**
   * Asks nothing yet.
   *
   * @param hosts by their names for people
   * @param waiting for tasks that wait: virtual threads
   */
  FirstAnswers(
      Map<String, URI> hosts,
      HostProbe probe,
      Executor waiting,
      Scheduler scheduler,
      AgentEvents events) {
    this.hosts = hosts;
    this.probe = probe;
    this.waiting = waiting;
    this.scheduler = scheduler;
    this.events = events;
  }

  void start() {
    waiting.execute(this::ask);
  }

  void stop() {
    stopped = true;
  }

  private void ask() {
    var haveAnswered =
        hosts.entrySet().stream()
            .allMatch(
                host -> probe.probe(host.getKey(), host.getValue()) instanceof Probe.Answered);
    if (haveAnswered) {
      events.publish(new CallerEvent.CloudAnswered());
    } else if (!stopped) {
      scheduler.schedule(PAUSE, this::start);
    }
  }
}
