package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.redis.RedisProcess;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An agent whose user of Redis is confined to the names of its team. */
@Tag("thorough")
final class RedisKeysIT {
  private static final String TEAM =
      """
      Cache.Redis.Username = "team-a"
      Cache.Redis.Password = "s3cret"
      Cache.Redis.KeyPrefix = "team-a"
      """;

  @Test
  void what_was_read_right_before_the_end_is_shared_under_the_names_of_the_team()
      throws IOException, InterruptedException {
    try (var cloud = TestCloud.start();
        var redis = RedisProcess.start()) {
      redis.configure("ACL", "SETUSER", "team-a", "on", ">s3cret", "~team-a:*", "+@all");
      try (var agent = AgentProcess.start(cloud.sharing(redis).with(TEAM))) {
        var names = Stream.generate(() -> cloud.newSecret("value")).limit(30).toList();
        var reads = names.stream().map(agent.client()::readAsync).toList();
        assertThat(reads).extracting(read -> read.join().status()).containsOnly(200);

        agent.terminate().exit();

        assertThat(redis.command("KEYS", "team-a:c2:*").lines()).hasSize(names.size());
      }
    }
  }
}
