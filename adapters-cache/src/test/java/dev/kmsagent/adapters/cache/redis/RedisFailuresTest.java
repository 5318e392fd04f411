package dev.kmsagent.adapters.cache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

class RedisFailuresTest {
  @Test
  void a_script_that_does_what_its_user_may_not_says_so_in_the_words_of_redis_7() {
    var answer = new JedisDataException("ERR ACL failure in script: User a has no permissions");
    assertThat(RedisFailures.of(answer).cause()).isEqualTo(Cause.FORBIDDEN);
  }

  /** An error may quote what was sent. */
  @ParameterizedTest
  @CsvSource({
    "ERR no, ERR",
    "'ERR\nA SECRET\nB', ERR",
    "'A SECRET', A",
    "'', an error",
    "sorry, an error",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ no, ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF"
  })
  void of_an_error_the_code_alone_is_told(String text, String code) {
    assertThat(RedisFailures.of(new JedisDataException(text)).detail())
        .isEqualTo("Redis answered " + code + ".");
  }

  @ParameterizedTest
  @ValueSource(strings = {"LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "BUSY"})
  void a_server_that_will_answer_later_is_not_ready(String code) {
    assertThat(RedisFailures.of(new JedisDataException(code + " not now")).cause())
        .isEqualTo(Cause.NOT_READY);
  }

  @Test
  void no_connection_in_time_is_tried_again_and_no_answer_in_time_is_not() {
    var notConnected = new JedisConnectionException("Failed to connect to 192.0.2.1:6379.");
    notConnected.addSuppressed(new SocketTimeoutException("Connect timed out"));
    assertThat(RedisFailures.of(notConnected).cause()).isEqualTo(Cause.TIMEOUT);
    assertThat(RedisFailures.isBrokenConnection(notConnected)).isTrue();
    var notAnswered = new JedisConnectionException(new SocketTimeoutException("Read timed out"));
    assertThat(RedisFailures.of(notAnswered).cause()).isEqualTo(Cause.TIMEOUT);
    assertThat(RedisFailures.isBrokenConnection(notAnswered)).isFalse();
  }
}
