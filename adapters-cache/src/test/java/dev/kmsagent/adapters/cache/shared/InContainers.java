package dev.kmsagent.adapters.cache.shared;

import static java.util.Objects.requireNonNull;

import dev.kmsagent.config.RedisConfig;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The contract of a store on servers in containers, which the tests of a class share. */
@ExtendWith(ContainerEngine.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.CONCURRENT)
abstract class InContainers {
  private @Nullable Deployment deployment;

  /** Servers that were started. */
  record Deployment(RedisConfig settings, Runnable end) {}

  abstract Deployment deploy();

  @BeforeAll
  void start() {
    deployment = deploy();
  }

  @AfterAll
  void end() {
    if (deployment != null) {
      deployment.end().run();
    }
  }

  private RedisConfig settings() {
    return requireNonNull(deployment).settings();
  }

  @Nested
  class As_a_store extends RedisTopologiesTest.OnServers {
    @Override
    RedisConfig settings() {
      return InContainers.this.settings();
    }
  }
}
