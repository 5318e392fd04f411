package dev.kmsagent.bootstrap.soak;

import dev.kmsagent.bootstrap.e2e.AgentProcess;
import dev.kmsagent.bootstrap.e2e.AgentSetup;
import dev.kmsagent.bootstrap.e2e.Distribution;
import dev.kmsagent.bootstrap.e2e.Workload;
import dev.kmsagent.emulator.EmulatorCertificates;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Four agents of the distribution, and what they depend on: three have the role of a pod and share
 * their entries, the fourth has the role of an instance. All use one Redis.
 */
final class Testbed implements AutoCloseable {
  static final Duration TTL = Duration.ofSeconds(3);
  static final Duration MAX_STALE = Duration.ofSeconds(60);
  static final Duration READ_TIMEOUT = Duration.ofSeconds(2);
  static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);

  /** Keys are renewed after a half to four fifths of it, at most six times a minute. */
  private static final Duration LIFE_OF_KEYS = Duration.ofSeconds(20);

  private static final String MEASURED = " -Xlog:gc:file=gc.log -XX:-DisableAttachMechanism";
  private static final int SECRETS = 32;
  private static final int LARGE = 29_000;

  private final Path folder;
  private final Workload workload;
  private final RedisProcess redis;
  private final SharedTokenFile token;
  private final List<KmsSecret> secrets;
  private final List<Target> targets = new ArrayList<>();

  private Testbed(Path folder) throws IOException, GeneralSecurityException, InterruptedException {
    this.folder = folder;
    this.workload = Workload.start(EmulatorCertificates.in(folder), folder);
    this.redis = RedisProcess.start();
    this.token = new SharedTokenFile(folder.resolve("token"));
    var kms = workload.emulator().secrets();
    this.secrets =
        IntStream.range(0, SECRETS)
            .mapToObj(number -> new KmsSecret(number, number % 8 == 0 ? LARGE : 100, kms))
            .toList();
    workload.emulator().mintedKeys().lifetime(LIFE_OF_KEYS);
  }

  /** Starts them; nothing is left of them if one does not start. */
  static Testbed start() throws IOException, GeneralSecurityException, InterruptedException {
    var testbed = new Testbed(Files.createTempDirectory("soak-"));
    try {
      for (int i = 1; i <= 3; i++) {
        testbed.add("agent " + i, Target.Identity.RRSA, testbed.workload.rrsa());
      }
      testbed.add("agent 4", Target.Identity.INSTANCE, testbed.workload.ecsRole());
      return testbed;
    } catch (IOException | RuntimeException | AssertionError e) {
      testbed.close();
      throw e;
    }
  }

  /** As it ships, but that it logs collections of garbage, and can be asked for one. */
  private void add(String name, Target.Identity identity, AgentSetup setup) throws IOException {
    var options =
        setup
            .environment()
            .getOrDefault("KMS_AGENT_JAVA_OPTS", "")
            .replace("-XX:TieredStopAtLevel=1", "");
    var soaked =
        setup
            .with(settings())
            .withManagement()
            .withVariable("KMS_TOKEN", "file://" + token.file())
            .withJavaOptions(options + MEASURED);
    var home = Files.createDirectory(folder.resolve(name.replace(' ', '-')));
    Files.writeString(home.resolve("config.toml"), soaked.toml());
    // A session of its own: Ctrl-C in a terminal does not reach it.
    var command = List.of("setsid", Distribution.launcher().toString(), "agent", "config.toml");
    var process = AgentProcess.begin(soaked, home, command).listening();
    var known = Stream.generate(Knowledge::new).limit(SECRETS).toList();
    targets.add(new Target(name, identity, process, known));
  }

  private String settings() {
    return """
        Server.RequestTimeoutSeconds = %d
        Cache.TtlSeconds = %d
        Cache.MaxStaleSeconds = %d
        Cache.CacheType = "Redis"
        Cache.Redis.Addresses = ["127.0.0.1:%d"]
        Cache.Redis.EncryptionKey = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
        KMS.ReadTimeoutMillis = %d
        KMS.CircuitBreaker.OpenSeconds = 2
        """
        .formatted(
            REQUEST_TIMEOUT.toSeconds(),
            TTL.toSeconds(),
            MAX_STALE.toSeconds(),
            redis.port(),
            READ_TIMEOUT.toMillis());
  }

  Workload workload() {
    return workload;
  }

  RedisProcess redis() {
    return redis;
  }

  SharedTokenFile token() {
    return token;
  }

  List<KmsSecret> secrets() {
    return secrets;
  }

  List<Target> targets() {
    return targets;
  }

  @Override
  public void close() {
    targets.forEach(target -> target.process().close());
    redis.close();
    try {
      workload.close();
      try (var files = Files.walk(folder)) {
        files.sorted((one, other) -> other.compareTo(one)).forEach(file -> file.toFile().delete());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
