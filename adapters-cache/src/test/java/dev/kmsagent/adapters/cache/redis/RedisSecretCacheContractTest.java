package dev.kmsagent.adapters.cache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.port.AgentEvent.Coherence;
import dev.kmsagent.domain.port.SecretCache;
import dev.kmsagent.testkit.SharedSecretCacheContract;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;

/** The contracts of a cache, and of one that agents share, on real servers. */
class RedisSecretCacheContractTest {
  /** Two agents on one server of their own. */
  abstract static class OnOneServer implements SharedSecretCacheContract {
    final RedisProcess redis = RedisProcess.start();
    final TestAgent agent = plan().start();
    final TestAgent other = plan().start();

    TestAgent.Plan plan() {
      return TestAgent.on(TestAgent.standalone(redis.port()));
    }

    @Override
    public SecretCache cache() {
      return agent.cache;
    }

    @Override
    public SecretCache peer() {
      return other.cache;
    }

    @Override
    public void cutOff() {
      redis.kill();
    }

    @AfterEach
    void end() {
      agent.close();
      other.close();
      redis.close();
    }
  }

  @Nested
  class Standalone extends OnOneServer {
    @BeforeEach
    void changes_are_told() {
      agent.awaitCoherence(Coherence.TRACKED);
      other.awaitCoherence(Coherence.TRACKED);
    }
  }

  @Nested
  class Behind_the_circuit_breaker extends OnOneServer {
    @Override
    TestAgent.Plan plan() {
      return super.plan().breaker();
    }

    @BeforeEach
    void changes_are_told() {
      agent.awaitCoherence(Coherence.TRACKED);
      other.awaitCoherence(Coherence.TRACKED);
    }
  }

  /** An ACL may forbid to be told of changes. */
  @Nested
  class Where_changes_are_not_told extends OnOneServer {
    @Override
    TestAgent.Plan plan() {
      assertThat(redis.command("ACL", "SETUSER", "default", "-client", "+client|setname"))
          .isEqualTo("OK");
      return super.plan().unwatchedLife(Duration.ofSeconds(3));
    }
  }
}
