package dev.kmsagent.bootstrap.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Random markers as a secret's value and name, the password of Redis and the encryption key: what
 * Redis holds shows none of them, and what the agent shows neither password, key nor value.
 */
final class RedisCanaryIT {
  private final Marker value = Marker.random();
  private final Marker name = Marker.random();
  private final Marker password = Marker.random();

  /** Half of the key, so that a part of it is recognised too. */
  private final Marker half = new Marker(Marker.random().text().substring(6, 22));

  private final String encryptionKey =
      Base64.getEncoder().encodeToString((half.text() + half.text()).getBytes(ISO_8859_1));

  private final TestCloud cloud = TestCloud.start();
  private final RedisProcess redis = RedisProcess.start("--rdbcompression", "no");

  @AfterEach
  void clean_up() throws IOException {
    redis.close();
    cloud.close();
  }

  private AgentProcess agent() {
    return AgentProcess.start(
        cloud
            .sharing(redis)
            .with(
                """
                Cache.Redis.Username = "agents"
                Cache.Redis.Password = "%s"
                Cache.Redis.EncryptionKey = "%s"
                Log.LogLevel = "Debug"
                Log.LogPath = "./logs/"
                """
                    .formatted(password.text(), encryptionKey)));
  }

  @Test
  void nothing_confidential_is_in_redis_or_shown_on_the_way_there() throws IOException {
    redis.configure("ACL", "SETUSER", "agents", "on", ">" + password.text(), "~*", "+@all");
    cloud.emulator().secrets().create(name.text(), value.text());
    try (var one = agent();
        var other = agent()) {
      assertThat(one.client().secret(name.text()).body()).contains(value.text());
      Patience.see(() -> redis.command("KEYS", "*"), keys -> keys.lines().anyMatch(this::isEntry));
      assertThat(other.client().secret(name.text()).cacheStatus()).isEqualTo("hit");
      other.client().refreshed(name.text());
      one.client().secret(cloud.missingSecret());

      assertThat(dump()).contains("kms-agent:c2:");
      assertThat(Stream.of(value, name, half).filter(marker -> marker.isIn(dump()))).isEmpty();

      redis.command("SET", "planted", value.text());
      assertThat(value.isIn(dump())).as("the search finds what is there").isTrue();

      redis.kill();
      one.client().refreshed(name.text());
      other.client().secret(name.text());
      for (var shown : List.of(shownBy(one), shownBy(other))) {
        assertThat(shown).contains("shared_cache");
        assertThat(Stream.of(value, password, half).filter(marker -> marker.isIn(shown))).isEmpty();
      }
    }
  }

  /** Not the lease of the agent that reads. */
  private boolean isEntry(String key) {
    return redis.command("TYPE", key).contains("hash");
  }

  /** What Redis would put on a disk: everything that it has. */
  private String dump() {
    try {
      redis.configure("SAVE");
      return Files.readString(redis.folder().resolve("dump.rdb"), ISO_8859_1);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String shownBy(AgentProcess agent) throws IOException {
    return String.join(
        "\n",
        agent.client().get("/readyz").body(),
        agent.client().get("/metrics").body(),
        String.join("\n", agent.stdout()),
        String.join("\n", agent.stderr()),
        Files.readString(agent.folder().resolve("logs/kms-agent.log")));
  }
}
