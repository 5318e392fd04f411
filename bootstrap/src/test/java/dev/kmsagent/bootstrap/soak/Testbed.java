package dev.kmsagent.bootstrap.soak;

import dev.kmsagent.bootstrap.e2e.AgentProcess;
import dev.kmsagent.bootstrap.e2e.AgentSetup;
import dev.kmsagent.bootstrap.e2e.Workload;
import dev.kmsagent.emulator.EmulatorCertificates;
import dev.kmsagent.testkit.WholeFile;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Four agents of the distribution, and what they depend on: three have the role of a pod and share
 * their entries, the fourth has the role of an instance. All use one Redis, and read their token
 * from a file that one thread changes.
 */
final class Testbed implements AutoCloseable {
  static final Duration TTL = Duration.ofSeconds(3);
  static final Duration MAX_STALE = Duration.ofSeconds(60);
  static final Duration READ_TIMEOUT = Duration.ofSeconds(2);

  /** Agents read the file of the token once a second; twice as much again for a busy machine. */
  private static final long TOKEN_PERIOD = Duration.ofSeconds(3).toNanos();

  /** Keys are renewed after a half to four fifths of it, at most six times a minute. */
  private static final Duration LIFE_OF_KEYS = Duration.ofSeconds(20);

  private static final int SECRETS = 32;
  private static final int LARGE = 29_000;

  private final Path folder = Files.createTempDirectory("soak-");
  final Workload workload;
  final RedisProcess redis = RedisProcess.start();
  final List<KmsSecret> secrets;
  final List<Target> targets = new ArrayList<>();
  private volatile Token token = new Token("token-0", System.nanoTime() - TOKEN_PERIOD);

  private record Token(String value, long since) {}

  Testbed() throws Exception {
    workload = Workload.start(EmulatorCertificates.in(folder), folder);
    workload.emulator().mintedKeys().lifetime(LIFE_OF_KEYS);
    secrets =
        IntStream.range(0, SECRETS)
            .mapToObj(
                number ->
                    new KmsSecret(
                        number, number % 8 == 0 ? LARGE : 100, workload.emulator().secrets()))
            .toList();
    Files.writeString(folder.resolve("token"), token());
    for (int i = 1; i <= 3; i++) {
      add("agent " + i, workload.rrsa());
    }
    add("agent 4", workload.ecsRole());
  }

  /** As it ships, but that it can be asked what is in its heap. */
  private void add(String name, AgentSetup setup) {
    var options =
        setup
            .environment()
            .getOrDefault("KMS_AGENT_JAVA_OPTS", "")
            .replace("-XX:TieredStopAtLevel=1", "");
    var soaked =
        setup
            .with(
                """
                Server.RequestTimeoutSeconds = 5
                Cache.TtlSeconds = %d
                Cache.MaxStaleSeconds = %d
                KMS.ReadTimeoutMillis = %d
                KMS.CircuitBreaker.OpenSeconds = 2
                """
                    .formatted(TTL.toSeconds(), MAX_STALE.toSeconds(), READ_TIMEOUT.toMillis()))
            .withRedis(redis.port())
            .with("Cache.Redis.TimeoutMillis = 500")
            .withManagement()
            .withVariable("KMS_TOKEN", "file://" + folder.resolve("token"))
            .withJavaOptions(options + " -XX:-DisableAttachMechanism");
    targets.add(new Target(name, AgentProcess.start(soaked)));
  }

  /** The token of agents and applications. */
  String token() {
    return token.value();
  }

  void replaceToken(String value) {
    token = new Token(value, System.nanoTime());
    WholeFile.write(folder.resolve("token"), value);
  }

  /** Whether every agent had the token of that time. */
  boolean isTokenSettled(long time) {
    return time - token.since() > TOKEN_PERIOD;
  }

  @Override
  public void close() throws IOException {
    targets.forEach(target -> target.process.close());
    redis.close();
    workload.close();
  }
}
