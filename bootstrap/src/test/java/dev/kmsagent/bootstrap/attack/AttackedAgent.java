package dev.kmsagent.bootstrap.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.bootstrap.e2e.AgentClient;
import dev.kmsagent.bootstrap.e2e.AgentProcess;
import dev.kmsagent.bootstrap.e2e.AgentSetup;
import dev.kmsagent.bootstrap.e2e.TestCloud;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * An agent with the default options of the launcher, from which applications read a cached secret
 * throughout. Not thread-safe.
 */
final class AttackedAgent implements AutoCloseable {
  /** Part of every value: must not be in any response that an attacker gets. */
  static final String VALUE = "value-0f3a91c7";

  /** Set when nothing else uses the processors: attacks last longer, so that latency shows. */
  private static final boolean QUIET = Boolean.getBoolean("kmsagent.quiet");

  /** How long attackers come back whom the agent has sent away. */
  private static final Duration ATTACK = Duration.ofSeconds(QUIET ? 60 : 2);

  /** On a quiet machine, so many that the JVM has compiled what serves them. */
  private static final int READS_BEFORE = QUIET ? 20_000 : 200;

  /** The least memory limit of the shipped manifests. */
  private static final int MEMORY_LIMIT_MIB = 384;

  /** Threads that come and go with load: of the JVM, and carriers of virtual threads. */
  private static final int MORE_THREADS = 16;

  /** Descriptors that come and go: connections to KMS, log files. */
  private static final int MORE_DESCRIPTORS = 32;

  private final TestCloud cloud;
  private final AgentProcess process;
  private final String cached;
  private final CachedReads reads;
  private final int threads;
  private final int descriptors;

  /** One that has been started already in this cloud. */
  AttackedAgent(TestCloud cloud, AgentProcess process) throws IOException {
    this.cloud = cloud;
    this.process = process;
    this.cached = newSecret();
    try (var connection = new ClientConnection(process.port())) {
      for (int i = 0; i < READS_BEFORE; i++) {
        var answer = connection.exchange(ClientConnection.secretRequest(cached, TestCloud.TOKEN));
        assertThat(answer.orElseThrow().status()).isEqualTo(200);
      }
    }
    this.reads = new CachedReads(process.port(), cached, TestCloud.TOKEN);
    reads.await(20);
    this.threads = process.status("Threads:");
    this.descriptors = process.openFiles();
  }

  /** Starts one with these lines of configuration. */
  static AttackedAgent start(String config) throws IOException {
    var cloud = TestCloud.start();
    return new AttackedAgent(cloud, AgentProcess.start(setup(cloud).with(config)));
  }

  /** What an agent with default options needs to read in this cloud, on a busy machine, too. */
  static AgentSetup setup(TestCloud cloud) {
    return TestCloud.patient(cloud.completed(AgentSetup.plain())).withManagement();
  }

  TestCloud cloud() {
    return cloud;
  }

  AgentProcess process() {
    return process;
  }

  /** A client that shows the token. */
  AgentClient client() {
    return new AgentClient(process.port()).with("X-KMS-Token", TestCloud.TOKEN);
  }

  /**
   * Has so many clients send the first bytes at once, and then the next bytes over and over; those
   * whose connections the agent has closed begin again.
   */
  void attack(int port, int clients, byte[] first, byte[] next) {
    try (var connections = new Connections(port)) {
      var end = System.nanoTime() + ATTACK.toNanos();
      connections.open(clients, first);
      while (System.nanoTime() - end < 0) {
        connections.send(next);
        connections.replaceClosed(first);
        assertMisses();
      }
      awaitReads(20);
      for (var listener : List.of(process.port(), process.management().port())) {
        var ping = ClientConnection.exchange(listener, ClientConnection.request("/ping"));
        assertThat(ping.status()).isEqualTo(200);
      }
    }
  }

  /** The name of a secret that is not cached yet. */
  String newSecret() {
    return cloud.newSecret(VALUE);
  }

  /** The name of the secret that is read throughout. */
  String cachedSecret() {
    return cached;
  }

  /** Returns after so many more reads of the cached secret. */
  void awaitReads(int count) {
    reads.await(count);
  }

  /** A secret that is not cached yet is read from KMS. */
  void assertMisses() {
    assertThat(client().secret(newSecret()).summary()).isEqualTo(VALUE + ", fwd=miss");
  }

  /** No read has failed, and the agent is as before: after an attack whose connections are gone. */
  void assertUnharmed(String attack) {
    reads.await(20);
    var peakMiB = process.status("VmHWM:") / 1024;
    System.out.printf("%s: %s, peak of memory %d MiB%n", attack, reads, peakMiB);
    assertThat(reads.failures()).isEmpty();
    reads.close();
    assertThat(peakMiB).isLessThan(MEMORY_LIMIT_MIB);
    assertThat(client().secret(cached).summary()).isEqualTo(VALUE + ", hit");
    assertMisses();
    Patience.see(() -> process.management().get("/readyz").status(), status -> status == 200);
    Patience.see(() -> process.status("Threads:"), count -> count <= threads + MORE_THREADS);
    Patience.see(() -> process.openFiles(), count -> count <= descriptors + MORE_DESCRIPTORS);
  }

  @Override
  public void close() throws IOException {
    reads.close();
    process.close();
    cloud.close();
  }
}
