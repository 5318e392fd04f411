package dev.kmsagent.adapters.cache.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisConnectionException;

class LazyClientTest {
  @Test
  void a_client_that_is_opened_after_the_end_is_closed_again() {
    var opened = RedisClient.builder().hostAndPort("127.0.0.1", 1).build();
    var attempts = new ArrayList<Runnable>();
    var client = new LazyClient(() -> opened, attempts::add, Duration.ZERO);
    assertThatThrownBy(client::get).isInstanceOf(JedisConnectionException.class);
    client.close();
    attempts.removeFirst().run();
    assertThat(opened.getPool().isClosed()).isTrue();
  }
}
