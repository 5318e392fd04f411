package dev.kmsagent.bootstrap.attack;

import static java.util.stream.Collectors.joining;

import dev.kmsagent.bootstrap.e2e.AgentSetup;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A Redis, or somebody on the way to it, that answers whatever it likes. */
@Tag("thorough")
final class LyingRedisIT {
  private static final String ENCRYPTION_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

  /**
   * Of each type of RESP 2 and 3: too long, too many, too deep, endless, no number or of the wrong
   * type. {@code BoundedReplyStreamTest} has more of each.
   */
  private static final List<LyingRedis.Lie> LIES =
      List.of(
          lie("$60000000\r\nx"),
          lie("$5\r\nhello\r\n"),
          lie("*100000000\r\n"),
          lie("*0\r\n"),
          lie("*1\r\n".repeat(100_000)),
          lie("%100000000\r\n"),
          lie("~100000000\r\n"),
          lie(">100000000\r\n"),
          lie(">3\r\n$10\r\ninvalidate\r\n*100000000\r\n"),
          lie("|100000000\r\n"),
          lie("!60000000\r\nx"),
          lie("=60000000\r\nx"),
          lie(":x\r\n"),
          lie("(1\r\n"),
          lie(",x\r\n"),
          lie("#x\r\n"),
          lie("_\r\n"),
          lie("-ERR no\r\n"),
          lie("$?\r\n;4\r\nlong\r\n"),
          endless("+x"),
          endless("$1"));

  /** Too many slots or nodes; the last is as large as a cluster may be, and has no such server. */
  private static final List<String> CLUSTERS =
      List.of(
          "*1\r\n*3\r\n:0\r\n:2147483647\r\n*2\r\n+127.0.0.1\r\n:1\r\n",
          "*1\r\n*3\r\n:0\r\n:9223372036854775807\r\n*2\r\n+127.0.0.1\r\n:1\r\n",
          "*4000\r\n" + "*3\r\n:0\r\n:16383\r\n*2\r\n+127.0.0.1\r\n:1\r\n".repeat(4000),
          "*1\r\n*10002\r\n:0\r\n:16383\r\n" + nodes(10_000),
          "*1\r\n*258\r\n:0\r\n:16383\r\n" + nodes(256));

  private static final List<String> SENTINELS =
      List.of(
          "*1\r\n+127.0.0.1\r\n",
          "*2\r\n+127.0.0.1\r\n+x\r\n",
          "*2\r\n:1\r\n:1\r\n",
          "*2\r\n$-1\r\n$-1\r\n");

  private static LyingRedis.Lie lie(String reply) {
    return new LyingRedis.Lie(reply, reply, false);
  }

  private static LyingRedis.Lie endless(String reply) {
    return new LyingRedis.Lie(reply, reply, true);
  }

  private static String nodes(int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(port -> "*2\r\n+127.0.0.1\r\n:" + port + "\r\n")
        .collect(joining());
  }

  /** Told of the servers alone. */
  private static LyingRedis.Lie servers(String servers) {
    return new LyingRedis.Lie("", servers, false);
  }

  /** Told of them again, after a redirect. */
  private static LyingRedis.Lie moved(String servers) {
    return new LyingRedis.Lie("-MOVED 1 127.0.0.1:1\r\n", servers, false);
  }

  enum Mode {
    SINGLE(""),
    CLUSTER("Cache.Redis.Mode = \"Cluster\""),
    SENTINEL(
        """
        Cache.Redis.Mode = "Sentinel"
        Cache.Redis.SentinelMaster = "main"
        """);

    private final String config;

    Mode(String config) {
      this.config = config;
    }

    /** All servers are read by the same code; one lie of each kind shows that it is there. */
    private List<LyingRedis.Lie> lies() {
      return switch (this) {
        case SINGLE -> LIES;
        case CLUSTER, SENTINEL ->
            List.of(lie("$60000000\r\nx"), lie("*100000000\r\n"), lie("+OK\r\n"), endless("+x"));
      };
    }

    private List<String> servers() {
      return switch (this) {
        case SINGLE -> List.of();
        case CLUSTER -> CLUSTERS;
        case SENTINEL -> SENTINELS;
      };
    }
  }

  private static AgentSetup shared(AgentSetup setup, int port) {
    return setup.with(
        """
        KMS.CredentialType = "AccessKey"
        Cache.CacheType = "Redis"
        Cache.Redis.Addresses = ["127.0.0.1:%d"]
        Cache.Redis.EncryptionKey = "%s"
        """
            .formatted(port, ENCRYPTION_KEY));
  }

  private static void assertCostsNoRead(AttackedAgent agent, LyingRedis redis, LyingRedis.Lie lie)
      throws IOException {
    redis.tell(lie);
    agent.assertMisses();
    Patience.see(redis::told, count -> count > 0);
  }

  /**
   * The servers lie before the agent knows any, too. Those that the circuit breaker leaves alone
   * are probed, and get the lie then.
   */
  @ParameterizedTest
  @EnumSource
  void replies_of_every_type_that_lie_cost_neither_a_read_nor_memory(Mode mode) throws IOException {
    try (var redis = RedisProcess.start();
        var between = new LyingRedis(redis.port())) {
      between.tell(servers(CLUSTERS.getFirst()));
      try (var agent =
          AttackedAgent.start(setup -> shared(setup, between.port()).with(mode.config))) {
        for (var servers : mode.servers()) {
          assertCostsNoRead(agent, between, servers(servers));
        }
        assertShares(agent, between);
        for (var servers : mode.servers()) {
          assertCostsNoRead(agent, between, moved(servers));
        }
        for (var lie : mode.lies()) {
          assertCostsNoRead(agent, between, lie);
        }
        assertShares(agent, between);
        agent.assertUnharmed("a Redis that lies, " + mode);
      }
    }
  }

  private static void assertShares(AttackedAgent agent, LyingRedis redis) {
    redis.tell(LyingRedis.NONE);
    Patience.see(() -> agent.dependency("shared_cache"), "UP"::equals);
  }

  @Test
  void one_large_value_where_each_agent_looks_at_its_start_ends_none() throws IOException {
    try (var redis = RedisProcess.start()) {
      redis.configure("HSET", "kms-agent:c2:{start}", "gone", "x".repeat(50_000_000));
      try (var agent = AttackedAgent.start(setup -> shared(setup, redis.port()))) {
        agent.assertMisses();
        agent.assertUnharmed("50 MB in Redis");
      }
    }
  }
}
