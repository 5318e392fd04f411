package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.config.EncryptionKey;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Login;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.config.RedisConfig.Tls;
import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A cache in Redis, as its keys describe it. */
class RedisTest {
  private static final String ADDRESSES = "KMS_AGENT_CACHE_REDIS_ADDRESSES";
  private static final String ENCRYPTION_KEY = "KMS_AGENT_CACHE_REDIS_ENCRYPTIONKEY";

  private static EncryptionKey key(String base64) {
    return new EncryptionKey(Base64.getDecoder().decode(base64));
  }

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
                    "kms-agent", List.of(key(KeySample.NEW_KEY)), Duration.ofSeconds(1))));
  }

  @Test
  void secrets_stay_in_the_memory_of_the_process_where_redis_is_not_chosen() {
    assertThat(Attempt.inHangzhou("").config().cache().redis()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"EcsRamRole", "AccessKey", "RRSA"})
  void entries_are_shared_by_an_identity_that_is_named(String type) {
    Attempt attempt =
        Attempt.inRedis("[KMS]\nCredentialType = \"" + type + "\"\n")
            .with("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI5t")
            .with("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "s3cr3t");
    assertThat(attempt.redis()).isEqualTo(Attempt.inRedis("").redis());
  }

  static Stream<ConfigKey<?>> keys() {
    return new AgentConfig.Keys().keys().stream().filter(key -> key.table().equals("Cache.Redis"));
  }

  @ParameterizedTest
  @MethodSource("keys")
  void a_key_without_the_type_is_a_problem(ConfigKey<?> key) {
    String good = Objects.requireNonNull(KeySample.ALL.get(key.path())).good();
    assertThat(Attempt.inHangzhou("[Cache.Redis]\n" + key.name() + " = " + good + "\n").messages())
        .containsExactly(
            "config.toml:2: " + key.path() + " is of no use without Cache.CacheType = \"Redis\"");
  }

  @ParameterizedTest
  @CsvSource({"redis_1:65535, redis_1, 65535", "[2001:db8::7]:1, [2001:db8::7], 1"})
  void an_address_is_a_host_and_a_port(String text, String host, int port) {
    assertThat(Attempt.inRedis("").with(ADDRESSES, text).redis().servers())
        .isEqualTo(new Servers.Standalone(new Address(host, port)));
  }

  @Test
  void a_cluster_has_some_members_and_one_database() {
    assertThat(Attempt.inRedis("Mode = \"Cluster\"\n").with(ADDRESSES, "a:1,b:2").redis().servers())
        .isEqualTo(new Servers.Cluster(List.of(new Address("a", 1), new Address("b", 2))));
  }

  @Test
  void there_are_1_to_64_addresses() {
    assertThat(addresses(64).config().cache().redis()).isPresent();
    assertThat(addresses(65).problems())
        .extracting(Problem::wrong)
        .containsExactly("has too many items");
    assertThat(addresses(0).problems()).extracting(Problem::wrong).containsExactly("is empty");
  }

  private static Attempt addresses(int count) {
    return Attempt.inRedis("Mode = \"Cluster\"\n")
        .with(ADDRESSES, String.join(",", Collections.nCopies(count, "redis:6379")));
  }

  @Test
  void a_password_alone_is_the_default_users() {
    assertThat(Attempt.inRedis("Password = \"s3cr3t\"\n").redis().login())
        .isEqualTo(new Login.Password(new ConfidentialText("s3cr3t")));
  }

  @Test
  void with_tls_the_authorities_of_the_system_are_trusted() {
    assertThat(Attempt.inRedis("Tls = true\n").redis().tls())
        .isEqualTo(new Tls.On(Optional.empty()));
  }

  @Test
  void an_encryption_key_can_come_from_a_file_or_a_variable(@TempDir Path folder)
      throws IOException {
    Files.writeString(folder.resolve("new"), KeySample.NEW_KEY + "\n");
    Attempt referring =
        Attempt.inRedis("EncryptionKey = [\"${FILE:new}\", \"${ENV:OLD}\"]\n")
            .without(ENCRYPTION_KEY);
    assertThat(referring.in(folder).with("OLD", KeySample.OLD_KEY).redis().entries())
        .extracting(RedisConfig.Entries::encryptionKeys)
        .isEqualTo(List.of(key(KeySample.NEW_KEY), key(KeySample.OLD_KEY)));
  }
}
