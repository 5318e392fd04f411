package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.config.RedisConfig;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The contracts on servers in containers. The tests of a class use the same servers, one after the
 * other and each with names of its own; where a test took them away, the next starts others.
 */
@ExtendWith(ContainerEngine.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class InContainers extends SharedSecretCacheContractTest.TwoAgents {
  /** What the names of all tests begin with. */
  static final String PREFIX = "kms-agent-";

  private @Nullable Deployment deployment;
  private TestAgent.Plan plan;

  /** Servers that were started. */
  record Deployment(RedisConfig settings, Runnable end) {}

  abstract Deployment deploy();

  @BeforeEach
  @Override
  void start() {
    var present = deployment == null ? deploy() : deployment;
    deployment = present;
    plan = TestAgent.on(present.settings()).prefix(PREFIX + UUID.randomUUID());
    super.start();
  }

  @Override
  TestAgent.Plan plan() {
    return plan;
  }

  @Override
  public void cutOff() {
    endServers();
    deployment = null;
  }

  @AfterAll
  void endServers() {
    if (deployment != null) {
      deployment.end().run();
    }
  }
}
