package dev.kmsagent.clients;

import dev.kmsagent.bootstrap.e2e.AgentProcess;
import dev.kmsagent.bootstrap.e2e.AgentSetup;
import dev.kmsagent.bootstrap.e2e.TestCloud;
import dev.kmsagent.emulator.EmulatorSecrets;
import dev.kmsagent.testkit.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An agent with a cloud of its own, which has the secrets {@code app}, a JSON object in two
 * versions, {@code note}, a text, {@code team/db}, and the one of the vendor's guide.
 */
record StartedAgent(TestCloud cloud, AgentProcess process) implements AutoCloseable {
  static final String TOKEN = TestCloud.TOKEN;

  /** A version id as rotation makes them, from which no number can be read. */
  private static final String ROTATED = "0a6b1f0e-8f0d-4c2e-9d57-3f2b8f5f7c11";

  private static final Map<String, StartedAgent> SHARED = new ConcurrentHashMap<>();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> SHARED.values().forEach(StartedAgent::close)));
  }

  /** The agent of a dialect that all tests share until they end; they only read from it. */
  static StartedAgent shared(String dialect) {
    return SHARED.computeIfAbsent(dialect, it -> start(it, ""));
  }

  /**
   * An agent with what a pod's annotation {@code kms-agent/dialect} makes of its container, and
   * with these lines of configuration; {@code app} was rotated while it ran.
   */
  static StartedAgent start(String dialect, String config) {
    var cloud = TestCloud.start();
    cloud
        .emulator()
        .secrets()
        .create("app", "{\"user\":\"app\",\"password\":\"first\"}")
        .create("app/dev/secret-1", "the guide's secret")
        .create("note", "just text")
        .create("team/db", "{\"password\":\"third\"}");
    var quick = AgentSetup.plain().withJavaOptions("-XX:TieredStopAtLevel=1");
    var setup = injected(dialect, TestCloud.patient(cloud.completed(quick)).with(config));
    var agent = new StartedAgent(cloud, AgentProcess.start(setup));
    agent.refresh("app");
    agent.secrets().put("app", ROTATED, "{\"user\":\"app\",\"password\":\"second\"}");
    agent.refresh("app");
    return agent;
  }

  /** Has it read a secret anew; on a busy machine, a connection to KMS may not be there in time. */
  void refresh(String secret) {
    var _ = Patience.see(() -> process.client().refreshed(secret), it -> it.status() == 200);
  }

  /** As in the container that the chart adds to a pod with the annotation of a dialect. */
  static AgentSetup injected(String dialect, AgentSetup setup) {
    return setup.withVariable("KMS_INJECTED", "true").withVariable("KMS_INJECTED_DIALECT", dialect);
  }

  EmulatorSecrets secrets() {
    return cloud.emulator().secrets();
  }

  int port() {
    return process.port();
  }

  String url() {
    return "http://127.0.0.1:" + port();
  }

  @Override
  public void close() {
    try (cloud) {
      process.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
