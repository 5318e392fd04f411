package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.config.EncryptionKey;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Login;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.config.RedisConfig.Tls;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A cache in Redis, as its keys describe it. */
class RedisTest {
  private static final String ADDRESSES = "KMS_AGENT_CACHE_REDIS_ADDRESSES";

  @Test
  void an_address_and_a_key_are_enough() {
    assertThat(Attempt.inRedis("").redis())
        .isEqualTo(
            new RedisConfig(
                new Servers.Standalone(new Address("redis", 6379)),
                new Login.Anonymous(),
                new Tls.Off(),
                Duration.ofMillis(500),
                new RedisConfig.Entries(
                    "kms-agent",
                    List.of(new EncryptionKey(Base64.getDecoder().decode(KeySample.NEW_KEY))),
                    Duration.ofSeconds(1))));
  }

  @Test
  void secrets_stay_in_the_memory_of_the_process_where_nobody_asks_for_redis() {
    assertThat(Attempt.inHangzhou("").config().cache().redis()).isEmpty();
  }

  @Nested
  class Its_servers {

    @Test
    void one_is_not_several() {
      assertThat(Attempt.inRedis("Addresses = [\"a:1\", \"b:2\"]\n").without(ADDRESSES).messages())
          .containsExactly(
              "config.toml:2: Cache.Redis.Addresses has more than the one server of"
                  + " Cache.Redis.Mode = \"Standalone\"; found [\"a:1\", \"b:2\"]; allowed: one"
                  + " host:port, or another Cache.Redis.Mode");
    }

    @Test
    void sentinels_cannot_tell_a_master_without_a_name() {
      assertThat(Attempt.inRedis("Mode = \"Sentinel\"\n").messages())
          .containsExactly(
              "config.toml:2: Cache.Redis.SentinelMaster is missing, and Cache.Redis.Mode ="
                  + " \"Sentinel\" needs it; allowed: letters, digits or ._-, in the file or as"
                  + " KMS_AGENT_CACHE_REDIS_SENTINELMASTER");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Standalone", "Cluster"})
    void the_name_of_a_master_is_for_sentinels_alone(String mode) {
      assertThat(
              Attempt.inRedis("Mode = \"" + mode + "\"\nSentinelMaster = \"mymaster\"\n")
                  .messages())
          .containsExactly(
              "config.toml:3: Cache.Redis.SentinelMaster is of no use without Cache.Redis.Mode ="
                  + " \"Sentinel\"");
    }

    @Test
    void a_cluster_has_some_members_and_one_database() {
      assertThat(
              Attempt.inRedis("Mode = \"Cluster\"\n").with(ADDRESSES, "a:1,b:2").redis().servers())
          .isEqualTo(new Servers.Cluster(List.of(new Address("a", 1), new Address("b", 2))));
    }
  }

  @Nested
  class Its_login {

    @Test
    void a_password_alone_is_the_default_users() {
      assertThat(Attempt.inRedis("Password = \"s3cr3t\"\n").redis().login())
          .isEqualTo(new Login.Password(new ConfidentialText("s3cr3t")));
    }

    @Test
    void a_user_without_a_password_is_a_problem() {
      assertThat(Attempt.inRedis("Username = \"agent\"\n").messages())
          .containsExactly(
              "config.toml:2: Cache.Redis.Password is missing, and Cache.Redis.Username needs it;"
                  + " allowed: a secret, not empty, in the file or as"
                  + " KMS_AGENT_CACHE_REDIS_PASSWORD");
    }
  }

  @Nested
  class Its_connection {

    @Test
    void it_believes_the_authorities_of_the_system() {
      assertThat(Attempt.inRedis("Tls = true\n").redis().tls())
          .isEqualTo(new Tls.On(Optional.empty()));
    }

    @Test
    void a_file_of_authorities_must_be_there() {
      assertThat(Attempt.inRedis("Tls = true\nCaFile = \"ca.pem\"\n").messages())
          .containsExactly(
              "config.toml:3: Cache.Redis.CaFile holds no certificate that can be read; found"
                  + " \"ca.pem\"; allowed: a file of certificates in PEM");
    }

    @Test
    void nobody_is_believed_without_tls() {
      assertThat(Attempt.inRedis("CaFile = \"authority.pem\"\n").in(TestFiles.path(".")).messages())
          .containsExactly(
              "config.toml:2: Cache.Redis.CaFile is of no use without Cache.Redis.Tls = true");
    }
  }
}
