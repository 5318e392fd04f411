package dev.kmsagent.testkit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RedisProcessTest {
  private final RedisProcess redis = RedisProcess.start();

  @AfterEach
  void end() {
    redis.close();
  }

  @Test
  void bytes_of_any_kind_come_back_as_they_were_sent() {
    var all = IntStream.range(0, 256).mapToObj(Character::toString).collect(Collectors.joining());
    assertThat(redis.command("SET", all, all)).isEqualTo("OK");
    assertThat(redis.command("GET", all)).isEqualTo(all);
    assertThat(redis.command("KEYS", "*")).isEqualTo(all);
  }

  @Test
  void lists_are_told_one_item_a_line_and_errors_with_a_minus() {
    redis.command("RPUSH", "list", "a", "", "b");
    assertThat(redis.command("LRANGE", "list", "0", "-1")).isEqualTo("a\n\nb");
    assertThat(redis.command("GET", "list")).startsWith("-WRONGTYPE");
  }
}
