package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.config.schema.Problem;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where servers of Redis listen. */
class RedisAddressesTest {
  private static final String ADDRESSES = "KMS_AGENT_CACHE_REDIS_ADDRESSES";

  @ParameterizedTest
  @CsvSource({
    "redis:6379, redis, 6379",
    "r-bp1.redis.rds.aliyuncs.com:1, r-bp1.redis.rds.aliyuncs.com, 1",
    "redis_1:65535, redis_1, 65535",
    "10.0.0.1:6379, 10.0.0.1, 6379",
    "[::1]:6379, [::1], 6379",
    "[2001:db8::7]:6379, [2001:db8::7], 6379"
  })
  void a_host_of_any_kind_comes_with_a_port(String text, String host, int port) {
    assertThat(Attempt.inRedis("").with(ADDRESSES, text).redis().servers())
        .isEqualTo(new Servers.Standalone(new Address(host, port)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis",
        "redis:",
        ":6379",
        "redis:0",
        "redis:65536",
        "redis:06379",
        "redis:6379/0",
        "redis://redis:6379",
        "::1:6379",
        "[::1]",
        "[redis]:6379",
        "the redis:6379",
        "a:1,",
        "redis:6379:6379",
        "user@redis:6379",
        "*:6379"
      })
  void anything_else_is_a_problem(String text) {
    assertThat(Attempt.inRedis("").with(ADDRESSES, text).problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.subject()).isEqualTo("Cache.Redis.Addresses");
              assertThat(problem.wrong()).isEqualTo("has an item that is not allowed");
              assertThat(problem.allowed()).isEqualTo("a list of 1..64 host:port");
            });
  }

  @Test
  void there_are_no_more_than_anybody_needs() {
    assertThat(addresses(64).config().cache().redis()).isPresent();
    assertThat(addresses(65).problems())
        .singleElement()
        .extracting(Problem::wrong)
        .isEqualTo("has too many items");
    assertThat(addresses(0).problems())
        .singleElement()
        .extracting(Problem::wrong)
        .isEqualTo("is empty");
  }

  private static Attempt addresses(int count) {
    return Attempt.inRedis("Mode = \"Cluster\"\n")
        .with(ADDRESSES, String.join(",", Collections.nCopies(count, "redis:6379")));
  }
}
