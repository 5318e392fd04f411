package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What keys of {@code [Cache.Redis]} do; {@code RedisTopologiesTest} has all kinds of servers. */
@Tag("thorough")
final class RedisKeysIT {
  /** A read that waits for a Redis in vain takes less than this by default. */
  private static final Duration BY_DEFAULT = Duration.ofSeconds(2);

  private final TestCloud cloud = TestCloud.start();
  private final String name = cloud.newSecret("value");

  @AfterEach
  void clean_up() throws IOException {
    cloud.close();
  }

  private AgentProcess agent(RedisProcess redis, String more) {
    return AgentProcess.start(cloud.sharing(redis).with(more));
  }

  /** One agent reads from KMS, which fails from then on, and another has it from the first. */
  private void assertShared(RedisProcess redis, String more) {
    try (var one = agent(redis, more);
        var other = agent(redis, more)) {
      assertThat(one.client().secret(name).summary()).isEqualTo("value, fwd=miss");
      cloud.fail(name, new Fault.Reset());
      Patience.see(() -> other.client().secret(name).summary(), "value, hit"::equals);
    }
  }

  @Test
  void a_user_may_be_confined_to_the_names_of_its_team() {
    try (var redis = RedisProcess.start()) {
      redis.configure(
          "ACL", "SETUSER", "team-a", "on", ">s3cret", "~team-a:*", "+@all", "-@dangerous");
      redis.configure("ACL", "SETUSER", "default", "off");
      assertShared(
          redis,
          """
          Cache.Redis.Username = "team-a"
          Cache.Redis.Password = "s3cret"
          Cache.Redis.KeyPrefix = "team-a"
          """);
    }
  }

  @Test
  void a_wrong_password_costs_no_read_and_is_said() {
    try (var redis = RedisProcess.start("--requirepass", "s3cret");
        var agent = agent(redis, "Cache.Redis.Password = \"wrong\"")) {
      assertThat(agent.client().secret(name).summary()).isEqualTo("value, fwd=miss");
      Patience.see(
          () -> agent.client().get("/readyz").body(),
          health -> health.contains("WRONGPASS") && health.contains("DEGRADED"));
      assertThat(agent.client().get("/readyz").status()).isEqualTo(200);
    }
  }

  @Test
  void a_redis_that_does_not_answer_is_waited_for_as_long_as_it_says() {
    try (var redis = RedisProcess.start();
        var patient = agent(redis, "Cache.Redis.TimeoutMillis = 10000");
        var impatient = agent(redis, "Cache.Redis.TimeoutMillis = 50")) {
      for (var agent : List.of(patient, impatient)) {
        assertThat(readUnread(agent).join().status()).isEqualTo(200);
      }
      redis.pause();
      var start = System.nanoTime();
      var waiting = readUnread(patient);
      assertThat(readUnread(impatient).join().status()).isEqualTo(200);
      Patience.see(() -> System.nanoTime() - start, passed -> passed > BY_DEFAULT.toNanos());
      assertThat(waiting).isNotDone();
      redis.resume();
      assertThat(waiting.join().status()).isEqualTo(200);
    }
  }

  /** Reads a secret that nobody has. */
  private CompletableFuture<AgentAnswer> readUnread(AgentProcess agent) {
    return agent.client().readAsync(cloud.newSecret("value"));
  }

  @Test
  void no_more_than_eight_connections_are_opened() {
    try (var redis = RedisProcess.start();
        var agent = agent(redis, "")) {
      var names = Stream.generate(() -> cloud.newSecret("value")).limit(200).toList();
      var reads = names.stream().map(agent.client()::readAsync).toList();
      reads.forEach(CompletableFuture::join);
      assertThat(connections(redis)).hasSizeBetween(1, 8);
    }
  }

  private static List<String> connections(RedisProcess redis) {
    return redis
        .command("CLIENT", "LIST")
        .lines()
        .filter(line -> line.contains("name=kms-agent"))
        .toList();
  }

  @Test
  void what_was_read_right_before_the_end_is_shared() throws InterruptedException {
    try (var redis = RedisProcess.start();
        var agent = agent(redis, "")) {
      var names = Stream.generate(() -> cloud.newSecret("value")).limit(30).toList();
      var reads = names.stream().map(agent.client()::readAsync).toList();
      assertThat(reads.stream().map(CompletableFuture::join))
          .allSatisfy(answer -> assertThat(answer.status()).isEqualTo(200));
      agent.terminate().exit();
      assertThat(redis.command("KEYS", "kms-agent:c2:*").lines()).hasSize(names.size());
    }
  }

  @Test
  void a_copy_lives_as_long_as_it_says() {
    try (var redis = RedisProcess.start();
        var writer = agent(redis, "");
        var often = agent(redis, "Cache.Redis.LocalTtlMillis = 50");
        var seldom = agent(redis, "Cache.Redis.LocalTtlMillis = 60000")) {
      writer.client().secret(name);
      Patience.see(() -> often.client().secret(name).summary(), "value, hit"::equals);
      Patience.see(() -> seldom.client().secret(name).summary(), "value, hit"::equals);
      cloud.emulator().secrets().put(name, "v2", "new");
      writer.client().refreshed(name);
      Patience.see(() -> often.client().secret(name).summary(), "new, hit"::equals);
      assertThat(seldom.client().secret(name).summary()).isEqualTo("value, hit");
    }
  }
}
