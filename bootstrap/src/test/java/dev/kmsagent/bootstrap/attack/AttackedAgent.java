package dev.kmsagent.bootstrap.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.bootstrap.e2e.AgentClient;
import dev.kmsagent.bootstrap.e2e.AgentProcess;
import dev.kmsagent.bootstrap.e2e.AgentSetup;
import dev.kmsagent.bootstrap.e2e.KeptConnection;
import dev.kmsagent.bootstrap.e2e.RawHttp;
import dev.kmsagent.bootstrap.e2e.TestCloud;
import dev.kmsagent.testkit.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * An agent with the default options of the launcher, from which applications read a cached secret
 * throughout. Not thread-safe.
 */
final class AttackedAgent implements AutoCloseable {
  /** Part of every value: must not be in any response that an attacker gets. */
  static final String VALUE = "value-0f3a91c7";

  /** Set when nothing else uses the processors; then the latency of reads is asserted, too. */
  static final boolean QUIET = Boolean.getBoolean("kmsagent.quiet");

  private static final Duration P99_ON_A_QUIET_MACHINE = Duration.ofMillis(100);

  /** How long attackers come back whom the agent has sent away. */
  private static final Duration ATTACK = Duration.ofSeconds(QUIET ? 60 : 2);

  /**
   * On a quiet machine, so many that the JVM has compiled what serves them. With none, the agent
   * has just started.
   */
  private static final int READS_BEFORE =
      Integer.getInteger("kmsagent.reads-before", QUIET ? 20_000 : 200);

  private static final int READS_PER_CONNECTION = 10;

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

  private AttackedAgent(TestCloud cloud, AgentProcess process) throws IOException {
    this.cloud = cloud;
    this.process = process;
    this.cached = newSecret();
    assertThat(client().secret(cached).status()).isEqualTo(200);
    readBefore();
    this.reads = new CachedReads(process.port(), cached, TestCloud.TOKEN);
    reads.await(20);
    this.threads = threads();
    this.descriptors = descriptors();
  }

  private void readBefore() {
    var requests = KeptConnection.read(cached, TestCloud.TOKEN).repeat(READS_PER_CONNECTION);
    var exchanges = new Exchanges(process.port(), "nothing is forbidden");
    exchanges.run(READS_BEFORE / READS_PER_CONNECTION, () -> requests);
    assertThat(exchanges.statuses().getOrDefault(200, 0)).isEqualTo(READS_BEFORE);
  }

  /** Starts one with these lines of configuration. */
  static AttackedAgent start(String config) throws IOException {
    return start(setup -> setup.with(config));
  }

  static AttackedAgent start(UnaryOperator<AgentSetup> more) throws IOException {
    var cloud = TestCloud.start();
    return of(cloud, AgentProcess.start(more.apply(setup(cloud))));
  }

  /** What an agent with default options needs to read in this cloud. */
  static AgentSetup setup(TestCloud cloud) {
    return cloud.completed(AgentSetup.plain()).withManagement();
  }

  /** One that has been started already. */
  static AttackedAgent of(TestCloud cloud, AgentProcess process) throws IOException {
    try {
      return new AttackedAgent(cloud, process);
    } catch (IOException | AssertionError notWell) {
      process.close();
      cloud.close();
      throw notWell;
    }
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
  void attack(Connections clients, int count, byte[] first, byte[] next) throws IOException {
    var end = System.nanoTime() + ATTACK.toNanos();
    clients.open(count, first);
    while (System.nanoTime() - end < 0) {
      clients.send(next);
      clients.replaceClosed(first);
      assertMisses();
    }
    awaitReads(20);
    assertProbed();
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

  /** Whoever probes it finds it alive, on new connections of both listeners. */
  void assertProbed() {
    for (var port : List.of(process.port(), process.management().port())) {
      var ping = new RawHttp(port).send("GET /ping HTTP/1.1", "Host: localhost");
      assertThat(ping.status()).isEqualTo(200);
    }
  }

  /** No read has failed, and the agent is as before: after an attack whose connections are gone. */
  void assertUnharmed(String attack) {
    assertUnharmed(attack, P99_ON_A_QUIET_MACHINE);
  }

  /** As {@link #assertUnharmed(String)}, with another bound of the latency. */
  void assertUnharmed(String attack, Duration p99) {
    reads.await(20);
    var result = reads.end();
    System.out.printf("%s: %s, peak of memory %d MiB%n", attack, result, peakMiB());
    assertThat(result.failures()).isEmpty();
    assertThat(peakMiB()).isLessThan(MEMORY_LIMIT_MIB);
    if (QUIET) {
      assertThat(result.p99OnNew()).isLessThan(p99);
      assertThat(result.p99OnKept()).isLessThan(p99);
    }
    assertThat(client().secret(cached).summary()).isEqualTo(VALUE + ", hit");
    assertMisses();
    assertThat(client().get("/ping").status()).isEqualTo(200);
    Patience.see(() -> process.management().get("/readyz").status(), status -> status == 200);
    Patience.see(this::threads, count -> count <= threads + MORE_THREADS);
    Patience.see(this::descriptors, count -> count <= descriptors + MORE_DESCRIPTORS);
  }

  /** The status of a dependency as {@code /readyz} has it. */
  String dependency(String name) {
    var dependencies = process.management().get("/readyz").json().getAsJsonObject("dependencies");
    return dependencies.getAsJsonObject(name).get("status").getAsString();
  }

  private int threads() {
    return status("Threads:");
  }

  private int peakMiB() {
    return status("VmHWM:") / 1024;
  }

  private int status(String field) {
    try (var lines = Files.lines(proc("status"))) {
      var line = lines.filter(it -> it.startsWith(field)).findFirst().orElseThrow();
      return Integer.parseInt(line.replaceAll("\\D", ""));
    } catch (IOException e) {
      throw new UncheckedIOException("The agent has ended: " + process.stderr(), e);
    }
  }

  private int descriptors() {
    try (var open = Files.list(proc("fd"))) {
      return (int) open.count();
    } catch (IOException e) {
      throw new UncheckedIOException("The agent has ended: " + process.stderr(), e);
    }
  }

  private Path proc(String file) {
    return Path.of("/proc", Long.toString(process.pid()), file);
  }

  @Override
  public void close() throws IOException {
    reads.close();
    process.close();
    cloud.close();
  }
}
