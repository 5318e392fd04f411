package dev.kmsagent.bootstrap.e2e;

import dev.kmsagent.adapters.http.AgentHttpServer.Start;
import dev.kmsagent.adapters.telemetry.AuditTrail;
import dev.kmsagent.adapters.telemetry.LogLosses;
import dev.kmsagent.bootstrap.wiring.Agent;
import dev.kmsagent.bootstrap.wiring.TokenLookup;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.CredentialSource.PodIdentity;
import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.config.loading.ConfigLoader;
import dev.kmsagent.config.loading.ConfigSource;
import dev.kmsagent.config.loading.LoadResult;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.VirtualTime;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleSupplier;

/**
 * The agent, wired as it ships, in this JVM: its clients and the cloud are real, its time is
 * virtual. What only a process has (its log, signals, an end) it has not.
 */
final class WiredAgent implements AutoCloseable {
  private final Agent agent;
  private final AgentClient client;
  private final Queue<String> audit;

  private WiredAgent(Agent agent, AgentClient client, Queue<String> audit) {
    this.agent = agent;
    this.client = client;
    this.audit = audit;
  }

  /** Starts an agent whose token is in {@code KMS_TOKEN}. */
  static WiredAgent start(AgentSetup setup, VirtualTime time) {
    return start(setup, time, () -> 0.5);
  }

  /** The same with another chance. */
  static WiredAgent start(AgentSetup setup, VirtualTime time, DoubleSupplier chance) {
    var audit = new ConcurrentLinkedQueue<String>();
    var config = config(setup);
    var agent =
        new Agent(
            config,
            config.kms().credentials() instanceof PodIdentity
                ? Optional.empty()
                : Optional.of(token(config, setup)),
            "test",
            new Agent.LogAccess(Optional.of(recording(audit)), new LogLosses(time)),
            time.timing(chance));
    return switch (agent.start()) {
      case Start.Listening(var port, _) -> new WiredAgent(agent, client(port), audit);
      case Start.CannotListen(var reason) -> throw new AssertionError(reason);
    };
  }

  /**
   * A failed call to KMS is not repeated after a pause, in which virtual time would have to be
   * advanced; and connecting, whose limit is of real time, may take as long as on a busy machine.
   */
  private static AgentConfig config(AgentSetup setup) {
    var config = load(setup);
    var kms = config.kms();
    var transport =
        new KmsConfig.Transport(
            kms.transport().endpoint(),
            kms.transport().caFile(),
            kms.transport().proxy(),
            Patience.limit(),
            kms.transport().readTimeout());
    var patient =
        new KmsConfig(
            kms.region(),
            transport,
            kms.credentials(),
            kms.maxCallsPerSecond(),
            1,
            kms.circuitBreaker());
    return new AgentConfig(
        config.server(),
        config.management(),
        patient,
        config.cache(),
        config.files(),
        config.log());
  }

  /**
   * The default chain would read the environment of this JVM, and the grace for requests in flight
   * is of real time.
   */
  private static AgentConfig load(AgentSetup setup) {
    var keys =
        new AgentSetup(
            Map.of(
                "KMS.CredentialType", "\"AccessKey\"",
                "Server.ShutdownGraceSeconds", "0"),
            Map.of());
    var loader = new ConfigLoader(setup.environment(), Path.of("target"));
    var toml = keys.with(setup.toml()).toml();
    return switch (loader.load(new ConfigSource.Text("config.toml", toml))) {
      case LoadResult.Loaded<AgentConfig>(var config, _) -> config;
      case LoadResult.Rejected<AgentConfig>(var problems) ->
          throw new AssertionError(problems.toString());
    };
  }

  private static TokenLookup.Found token(AgentConfig config, AgentSetup setup) {
    var variables = config.server().guard().variables();
    return switch (TokenLookup.in(variables, setup.environment())) {
      case TokenLookup.Found found -> found;
      case TokenLookup.Missing(var reason, _) -> throw new AssertionError(reason);
    };
  }

  private static AuditTrail recording(Queue<String> audit) {
    return (_, event, fields) -> {
      audit.add(event + " " + fields);
      return CompletableFuture.completedStage(AuditTrail.Delivery.WRITTEN);
    };
  }

  private static AgentClient client(int port) {
    return new AgentClient(port, Map.of("X-KMS-Token", TestCloud.TOKEN), AgentClient.newHttp());
  }

  /** A client that shows the token. */
  AgentClient client() {
    return client;
  }

  /**
   * Waits until it has a key. Connecting has a real limit, which a busy machine may exceed: then
   * the next timer is that of another attempt.
   */
  WiredAgent withKey(VirtualTime time) {
    var failures = new AtomicLong();
    Patience.assertSoon(
        () -> {
          if (client.get("/readyz").body().contains("The credentials are good for")) {
            return true;
          }
          var failed = (long) metric("kms_agent_credentials_renewals_total{result=\"missing\"}");
          if (failures.getAndSet(failed) < failed) {
            time.advanceToNext();
          }
          return false;
        });
    return this;
  }

  /** A value on the page of metrics; 0 if it is not there. */
  double metric(String name) {
    return client.get("/metrics").metric(name);
  }

  /** The lines of the audit trail so far. */
  List<String> audit() {
    return List.copyOf(audit);
  }

  /** The agent would wait for connections that are still open. */
  @Override
  public void close() {
    client.http().shutdownNow();
    agent.close();
  }
}
