package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Problem;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a cache in Redis, its keys and the identity demand of each other. */
class RedisRulesTest {
  private static final String ADDRESSES = "KMS_AGENT_CACHE_REDIS_ADDRESSES";
  private static final String ENCRYPTION_KEY = "KMS_AGENT_CACHE_REDIS_ENCRYPTIONKEY";

  @Test
  void all_that_is_missing_is_named_with_the_key_and_its_variable() {
    String toml = "[Cache]\nCacheType = \"redis\"\n[KMS]\nCredentialType = \"EcsRamRole\"\n";

    assertThat(Attempt.inHangzhou(toml).messages())
        .containsExactly(
            "config.toml:2: Cache.Redis.Addresses is missing, and Cache.CacheType = \"Redis\" needs"
                + " it; allowed: a list of 1..64 host:port, in the file or as "
                + ADDRESSES,
            "config.toml:2: Cache.Redis.EncryptionKey is missing, and Cache.CacheType = \"Redis\""
                + " needs it; allowed: 32 bytes in base64, or a list of a new and an old key, in"
                + " the file or as "
                + ENCRYPTION_KEY);
  }

  @Test
  void several_problems_are_reported_in_one_go() {
    assertThat(
            Attempt.inRedis(
                    "Mode = \"Sentinel\"\nTimeoutMillis = -1\nUsername = \"agent\"\nCaFile = \"ca.pem\"\n")
                .without(ENCRYPTION_KEY)
                .problems())
        .extracting(Problem::subject)
        .containsExactly(
            "Cache.Redis.SentinelMaster",
            "Cache.Redis.TimeoutMillis",
            "Cache.Redis.Password",
            "Cache.Redis.CaFile",
            "Cache.Redis.CaFile",
            "Cache.Redis.EncryptionKey");
  }

  @Nested
  class The_identity_of_the_agent {

    @ParameterizedTest
    @ValueSource(strings = {"EcsRamRole", "AccessKey", "RRSA"})
    void entries_are_shared_by_one_that_is_named(String type) {
      Attempt attempt =
          Attempt.inRedis("[KMS]\nCredentialType = \"" + type + "\"\n")
              .with("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI5t")
              .with("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "s3cr3t");

      assertThat(attempt.redis()).isEqualTo(Attempt.inRedis("").redis());
    }

    @Test
    void the_default_chain_names_none() {
      assertThat(
              chained("[Cache]\nCacheType = \"Redis\"\n")
                  .without("KMS_AGENT_CACHE_CACHETYPE")
                  .messages())
          .containsExactly(
              "config.toml:2: KMS.CredentialType may lead to one identity now and to another later,"
                  + " and with Cache.CacheType = \"Redis\" agents share entries by identity; found"
                  + " \"Default\"; allowed: \"RRSA\", \"EcsRamRole\", \"AccessKey\"");
    }

    @Test
    void it_names_none_where_the_file_asks_for_it() {
      assertThat(
              chained("[Cache]\nCacheType = \"Redis\"\n[KMS]\nCredentialType = \"default\"\n")
                  .problems())
          .singleElement()
          .extracting(problem -> problem.origin().line())
          .isEqualTo(4);
    }

    @Test
    void an_access_key_that_the_chain_may_find_does_not_name_one() {
      assertThat(
              chained("")
                  .with("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI5t")
                  .with("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "s3cr3t")
                  .problems())
          .singleElement()
          .extracting(Problem::subject)
          .isEqualTo("KMS.CredentialType");
    }

    @Test
    void what_rrsa_is_missing_is_the_one_problem() {
      assertThat(Attempt.inRedis("").without("ALIBABA_CLOUD_ROLE_ARN").problems())
          .singleElement()
          .extracting(Problem::subject)
          .isEqualTo("KMS.RoleArn");
    }

    @Test
    void in_memory_any_will_do() {
      assertThat(
              chained("[Cache]\nCacheType = \"InMemory\"\n")
                  .without("KMS_AGENT_CACHE_CACHETYPE")
                  .without(ADDRESSES)
                  .without(ENCRYPTION_KEY)
                  .config()
                  .kms()
                  .credentials())
          .isEqualTo(new CredentialSource.DefaultChain());
    }

    private static Attempt chained(String toml) {
      return Attempt.inHangzhou(toml)
          .with("KMS_AGENT_CACHE_CACHETYPE", "Redis")
          .with(ADDRESSES, "redis:6379")
          .with(ENCRYPTION_KEY, KeySample.NEW_KEY);
    }
  }

  @Nested
  class Without_the_type {

    static Stream<ConfigKey<?>> keys() {
      return new AgentConfig.Keys()
          .keys().stream().filter(key -> key.table().equals("Cache.Redis"));
    }

    @ParameterizedTest
    @MethodSource("keys")
    void a_key_that_nobody_would_look_at_is_a_problem(ConfigKey<?> key) {
      String good = Objects.requireNonNull(KeySample.ALL.get(key.path())).good();

      assertThat(
              Attempt.inHangzhou("[Cache.Redis]\n" + key.name() + " = " + good + "\n").messages())
          .containsExactly(
              "config.toml:2: " + key.path() + " is of no use without Cache.CacheType = \"Redis\"");
    }

    @Test
    void a_variable_that_nobody_would_look_at_is_one_too() {
      assertThat(Attempt.inHangzhou("").with(ENCRYPTION_KEY, KeySample.NEW_KEY).messages())
          .containsExactly(
              "environment variable KMS_AGENT_CACHE_REDIS_ENCRYPTIONKEY: Cache.Redis.EncryptionKey"
                  + " is of no use without Cache.CacheType = \"Redis\"");
    }

    @Test
    void the_type_is_not_said_to_be_missing_where_it_is_wrong() {
      assertThat(
              Attempt.inHangzhou("[Cache]\nCacheType = \"Radish\"\nRedis.Tls = true\n").messages())
          .containsExactly(
              "config.toml:2: Cache.CacheType is not a known word; found \"Radish\"; allowed:"
                  + " \"InMemory\", \"Redis\"");
    }
  }
}
