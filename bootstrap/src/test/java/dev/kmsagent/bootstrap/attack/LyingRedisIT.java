package dev.kmsagent.bootstrap.attack;

import dev.kmsagent.bootstrap.e2e.AgentSetup;
import dev.kmsagent.bootstrap.e2e.Eventually;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A Redis, or somebody on the way to it, that answers whatever it likes. */
@Tag("thorough")
final class LyingRedisIT {
  private static final String ENCRYPTION_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

  /**
   * Of each type of RESP 2 and 3: too long, too many, too deep, endless, no number, of the wrong
   * type.
   */
  private static final List<LyingRedis.Lie> LIES =
      List.of(
          lie("$60000000\r\nx"),
          lie("$99999999999\r\nx"),
          lie("$-7\r\n"),
          lie("$x\r\n"),
          lie("$5\r\nhello\r\n"),
          lie("*100000000\r\n"),
          lie("*-7\r\n"),
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
          lie(":1\r\n"),
          lie("(1\r\n"),
          lie(",x\r\n"),
          lie("#x\r\n"),
          lie("_\r\n"),
          lie("+OK\r\n"),
          lie("-ERR no\r\n"),
          lie("$?\r\n;4\r\nlong\r\n"),
          lie("*?\r\n"),
          lie("@\r\n"),
          endless("+x"),
          endless("-x"),
          endless(":1"),
          endless("(1"),
          endless("$1"),
          endless("*1"));

  private static LyingRedis.Lie lie(String reply) {
    return new LyingRedis.Lie(reply, false);
  }

  private static LyingRedis.Lie endless(String reply) {
    return new LyingRedis.Lie(reply, true);
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

  /** Those that the circuit breaker leaves alone are probed, and get the lie then. */
  @Test
  void replies_of_every_type_that_lie_cost_neither_a_read_nor_memory() throws IOException {
    try (var redis = RedisProcess.start();
        var between = new LyingRedis(redis.port());
        var agent = AttackedAgent.start(setup -> shared(setup, between.port()))) {
      for (var lie : LIES) {
        between.tell(lie);
        agent.assertMisses();
        Eventually.see(between::told, count -> count > 0);
      }
      between.tell(null);
      Eventually.see(() -> agent.dependency("shared_cache"), "UP"::equals);
      agent.assertUnharmed("a Redis that lies");
    }
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
