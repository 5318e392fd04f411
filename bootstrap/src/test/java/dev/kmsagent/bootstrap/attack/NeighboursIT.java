package dev.kmsagent.bootstrap.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.bootstrap.e2e.AgentProcess;
import dev.kmsagent.bootstrap.e2e.Workload;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.http.AgentAnswer;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * The agent of a node as it ships, over sockets: a namespace that never stops beside one that reads
 * now and then, which gets an answer each time.
 */
@Tag("thorough")
@Isolated("uses both processors")
final class NeighboursIT {

  /** Of the namespace that never stops; connections without a client of their own are its, too. */
  private static final String GREEDY = "127.0.0.1";

  private static final String QUIET = "127.0.0.3";

  @AutoClose private final Workload workload;
  private final AtomicInteger quiets = new AtomicInteger();
  private final Map<String, String> tokens = new ConcurrentHashMap<>();

  NeighboursIT(@TempDir Path folder) {
    this.workload = Workload.ofCluster(folder);
    for (int i = 0; i < 20; i++) {
      role("kms.shop.s" + i, "shop");
    }
    workload.emulator().secrets().create("db", "a value");
    // Whoever gets a turn has it for a while.
    workload.emulator().faults().add(new Fault.Latency(Duration.ofMillis(20)));
  }

  private void role(String name, String namespace) {
    workload.createRole(name, namespace + ":*", "*");
  }

  private AgentProcess start(String config) {
    var setup = workload.ofPods().withManagement().with("Server.RequestTimeoutSeconds = 10");
    var agent = AgentProcess.start(setup.with(config));
    Patience.assertSoon(() -> agent.client().get("/readyz").status() == 200);
    return agent;
  }

  private String readAs(String serviceAccount, String role, String name) {
    var token =
        tokens.computeIfAbsent(serviceAccount, it -> workload.tokenOfPod("greedy", it).text());
    return ClientConnection.secretRequest(name, token, "X-KMS-Role: " + role);
  }

  /** Clients that send one request after the other, each on connections of its own. */
  private static final class Flood implements AutoCloseable {
    private final AtomicInteger sent = new AtomicInteger();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile boolean ended;

    Flood(int clients, int port, IntFunction<String> requests) {
      for (int i = 0; i < clients; i++) {
        threads.execute(() -> goOn(port, requests));
      }
    }

    private void goOn(int port, IntFunction<String> requests) {
      while (!ended) {
        try (var connection = ClientConnection.from(GREEDY, port)) {
          while (!ended && connection.exchange(requests.apply(sent.get())).isPresent()) {
            sent.incrementAndGet();
          }
        } catch (IOException closed) {
          sent.incrementAndGet();
        }
      }
    }

    Flood after(int requests) {
      Patience.assertSoon(() -> sent.get() >= requests);
      return this;
    }

    @Override
    public void close() {
      ended = true;
      threads.close();
    }
  }

  /** On a new connection, with a new token. */
  private AgentAnswer quiet(AgentProcess agent, String serviceAccount) throws IOException {
    try (var connection = ClientConnection.from(QUIET, agent.port())) {
      var token = workload.tokenOfPod("shop", serviceAccount).text();
      return connection.exchange(ClientConnection.secretRequest("db", token)).orElseThrow();
    }
  }

  private void assertServed(AgentProcess agent, String serviceAccount) throws IOException {
    assertThat(quiet(agent, serviceAccount).verdict()).isEqualTo("200");
  }

  /** A service account that comes for the first time, and one that has come before. */
  private void assertServed(AgentProcess agent) throws IOException {
    for (int i = 0; i < 4; i++) {
      assertServed(agent, "s" + quiets.getAndIncrement());
      assertServed(agent, "s0");
    }
  }

  @Test
  void first_reads_without_end_leave_a_turn_to_every_other() throws IOException {
    role("greedy", "greedy");
    for (int i = 0; i < 2000; i++) {
      workload.emulator().secrets().create("secret-" + i, "a value");
    }
    try (var agent = start("");
        var _ =
            new Flood(60, agent.port(), i -> readAs("app", "greedy", "secret-" + i % 2000))
                .after(100)) {
      assertServed(agent);
    }
  }

  @Test
  void opening_roles_without_end_closes_none_of_another() throws IOException {
    for (int i = 0; i < 50; i++) {
      role("greedy-" + i, "greedy");
    }
    try (var agent = start("KMS.PodIdentity.MaxTenants = 20");
        var _ =
            new Flood(4, agent.port(), i -> readAs("s" + i % 20, "greedy-" + i % 50, "db"))
                .after(200)) {
      assertServed(agent);
      assertThat(quiet(agent, "s0").summary()).isEqualTo("a value, hit");
    }
  }
}
