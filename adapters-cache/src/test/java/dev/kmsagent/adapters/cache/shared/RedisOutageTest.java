package dev.kmsagent.adapters.cache.shared;

import static dev.kmsagent.testkit.Patience.assertSoon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.redis.RedisConfigs;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The cache of an agent, as the wiring puts it together, on a real Redis that is lost. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisOutageTest {
  private static final SecretQuery QUERY = Secrets.current("app/db");
  private static final List<SecretQuery> QUERIES =
      IntStream.range(0, 50).mapToObj(i -> Secrets.current("app/" + i)).toList();

  private final RedisProcess redis = RedisProcess.start();

  @BeforeEach
  void reset() {
    redis.reset();
  }

  @AfterAll
  void end() {
    redis.close();
  }

  private RedisConfig settings() {
    var server = new Servers.Standalone(new Address("127.0.0.1", redis.port()));
    return RedisConfigs.settings(server, Duration.ofSeconds(1));
  }

  /** A call may fail on a machine that does much else. */
  private void share(RedisAgent agent) {
    var key = SimulatedCache.key(QUERY);
    assertSoon(
        () -> {
          agent.reads(QUERY);
          var _ = agent.findShared(QUERY).join();
          return redis.command("HGET", key.hash(), key.field()).startsWith("2E");
        });
  }

  @Test
  void copies_are_served_while_it_is_killed_and_it_is_used_once_it_is_back() {
    try (var agent = new RedisAgent(settings())) {
      share(agent);
      redis.kill();
      assertSoon(
          () -> {
            assertThat(agent.findShared(Secrets.current("app/mq")).join()).isEmpty();
            return agent.isAlone();
          });
      assertThat(agent.cache.find(QUERY)).isPresent();
      assertThat(agent.findShared(QUERY).join()).isPresent();
      redis.restart();
      assertSoon(() -> !agent.isAlone());
      share(agent);
    }
  }

  @Test
  void an_agent_that_ends_while_it_hangs_leaves_no_call_timer_or_connection_behind() {
    try (var agent = new RedisAgent(settings())) {
      share(agent);
      redis.pause();
      QUERIES.forEach(agent::reads);
      var lookups = forAll(agent::findShared);
      var decisions = forAll(agent::requestLead);
      agent.cache.close();
      agent.executor.close();
      assertThat(lookups).allSatisfy(lookup -> assertThat(lookup.join()).isPresent());
      assertThat(decisions)
          .allSatisfy(it -> assertThat(it.join()).isInstanceOf(LeadDecision.Lead.class));
      assertSoon(() -> agent.timers.waiting() == 0);
    } finally {
      redis.resume();
    }
    assertSoon(() -> !redis.command("CLIENT", "LIST").contains("name=kms-agent"));
  }

  private static <T> List<T> forAll(Function<SecretQuery, T> request) {
    return QUERIES.stream().map(request).toList();
  }
}
