package dev.kmsagent.bootstrap.drill;

import dev.kmsagent.bootstrap.e2e.AgentProcess;
import dev.kmsagent.bootstrap.e2e.AgentSetup;
import dev.kmsagent.bootstrap.e2e.Outage;
import dev.kmsagent.bootstrap.e2e.Workload;
import dev.kmsagent.emulator.EmulatorCertificates;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.testkit.SystemCommand;
import dev.kmsagent.testkit.WholeFile;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * Two agents of the distribution with the role of a pod, which share a Redis, and applications that
 * read from both. The clock of the second can be set; the log of the first is on a small disk.
 */
final class Testbed implements AutoCloseable {
  private static final String FIRST = "app-1";
  private static final String SECOND = "app-2";
  private static final String TOKEN = "drill-token-0123456789abcdef";

  /** Fewer than the cache of an agent holds. */
  private static final int USUAL = 20;

  private static final int CACHE = 40;
  private static final int MANY = 80;
  private static final Duration LIFE_OF_KEYS = Duration.ofSeconds(40);

  private final Path folder;
  private final Workload workload;
  private final RedisProcess redis;
  final Map<String, AgentProcess> agents = new LinkedHashMap<>();
  private final AtomicBoolean many = new AtomicBoolean();
  private final AtomicBoolean wrongToken = new AtomicBoolean();
  private volatile boolean closed;

  Testbed(Path folder) throws Exception {
    this.folder = folder;
    this.workload = Workload.start(EmulatorCertificates.in(folder), folder);
    this.redis = RedisProcess.start();
    IntStream.range(0, MANY).forEach(i -> workload.emulator().secrets().create("app/" + i, "x"));
    workload.emulator().mintedKeys().lifetime(LIFE_OF_KEYS);
    Files.createDirectories(disk());
    SystemCommand.of("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk())
        .run()
        .outputOfSuccess();
    setClock("+0");
    var audited = setup().with("Log.LogPath = \"" + disk() + "\"").with("Log.Audit = true");
    agents.put(FIRST, AgentProcess.start(audited));
    agents.put(SECOND, AgentProcess.start(setup().withClock(folder.resolve("offset"))));
    var _ = Thread.ofPlatform().daemon().name("applications").start(this::read);
  }

  private AgentSetup setup() {
    return workload
        .rrsa()
        .with(
            """
            Server.RequestTimeoutSeconds = 5
            Cache.TtlSeconds = 3
            Cache.CacheSize = %d
            KMS.ReadTimeoutMillis = 4000
            KMS.CircuitBreaker.OpenSeconds = 2
            """
                .formatted(CACHE))
        .withRedis(redis.port())
        .with("Cache.Redis.TimeoutMillis = 5000")
        .withManagement()
        .withVariable("KMS_TOKEN", TOKEN);
  }

  private void setClock(String offset) {
    WholeFile.write(folder.resolve("offset"), offset);
  }

  private void read() {
    while (!closed) {
      for (var agent : agents.values()) {
        IntStream.range(0, many.get() && agent == agents.get(SECOND) ? MANY : USUAL)
            .forEach(i -> read(agent, "app/" + i));
        if (wrongToken.get()) {
          var _ = agent.client().with("X-KMS-Token", "another").readAsync("app/0");
        }
      }
      LockSupport.parkNanos(Duration.ofMillis(300).toNanos());
    }
  }

  private static void read(AgentProcess agent, String name) {
    var _ = agent.client().readAsync(name).exceptionally(failed -> null);
  }

  /**
   * Something that goes wrong, and what the page of symptoms says to do.
   *
   * @param alert the only alert that it is to raise
   */
  record Story(String name, String alert, Change strike, Change mend) {}

  /** A change of what the agents depend on. */
  interface Change {
    void make() throws Exception;
  }

  /** Agents that were throttled call less for long, so that this is the last. */
  List<Story> stories() {
    var emulator = workload.emulator();
    var kms = emulator.faults();
    var slow = new Fault.Latency(Duration.ofMillis(1500));
    return List.of(
        new Story("KMS slow", "KmsAgentKmsSlow", () -> kms.add(slow), kms::clear),
        new Story("KMS down", "KmsAgentKmsDown", emulator.kms()::stop, emulator.kms()::start),
        new Story(
            "STS refuses",
            "KmsAgentKeyAboutToEnd",
            () -> sts("the role does not trust"),
            () -> emulator.roles().put(Role.named(Workload.ROLE))),
        new Story(
            "OIDC token expired",
            "KmsAgentKeyAboutToEnd",
            () -> sts("the token has expired"),
            () -> workload.issue(workload.token())),
        new Story("clock wrong", "KmsAgentClockWrong", () -> setClock("+1h"), () -> setClock("+0")),
        new Story("Redis down", "KmsAgentRedisFails", redis::kill, redis::restart),
        new Story(
            "cache too small",
            "KmsAgentCacheTooSmall",
            () -> many.set(true),
            () -> many.set(false)),
        new Story(
            "token mismatch",
            "KmsAgentTokenMismatches",
            () -> wrongToken.set(true),
            () -> wrongToken.set(false)),
        new Story(
            "disk full",
            "KmsAgentAuditLinesLost",
            this::fillDisk,
            () -> Files.delete(disk().resolve("full"))),
        new Story(
            "throttled",
            "KmsAgentThrottled",
            () -> kms.add(new Fault.Failure(429, "Rejected.Throttling")),
            kms::clear));
  }

  private void sts(String name) throws IOException {
    var outage = Outage.ofSts().stream().filter(it -> it.name().startsWith(name)).findFirst();
    outage.orElseThrow().strike().on(workload);
  }

  private Path disk() {
    return folder.resolve("disk");
  }

  private void fillDisk() {
    var _ = SystemCommand.of("dd", "if=/dev/zero", "of=" + disk().resolve("full"), "bs=4k").run();
  }

  @Override
  public void close() throws IOException {
    closed = true;
    agents.values().forEach(AgentProcess::close);
    redis.close();
    workload.close();
    var _ = SystemCommand.of("umount", "-l", disk()).run();
  }
}
