package dev.kmsagent.adapters.cache.redis;

import static dev.kmsagent.adapters.cache.shared.EntryStoreContract.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Login;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.config.RedisConfig.Tls;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

class RedisFailuresTest {
  private static final EntryKey ENTRY_KEY = new EntryKey("p:c2:{a}", "field", "p:l2:{a}field");
  private static final Envelope ENVELOPE = Envelope.of(new byte[34]);

  private static RedisConfig settings(Servers servers, Login login) {
    return RedisConfigs.of(servers, login, new Tls.Off(), Duration.ofSeconds(10), 2);
  }

  private static StoreResult<EntryStore.Written> write(Servers servers, Login login) {
    try (var store =
        new RedisEntryStore(
            settings(servers, login), Clocks.of(InstantSource.system()), Runnable::run)) {
      return result(store.write(ENTRY_KEY, ENVELOPE, Duration.ofSeconds(10)));
    }
  }

  private static StoreResult<EntryStore.Written> write(RedisProcess redis) {
    return write(
        new Servers.Standalone(new Address("127.0.0.1", redis.port()), 0), new Login.Anonymous());
  }

  private static StoreResult<EntryStore.Written> failed(Cause cause, String code) {
    return new StoreResult.Failed<>(new Failed(cause, "Redis answered " + code + "."));
  }

  @Test
  void a_script_that_finds_no_memory_says_that_redis_is_full() {
    try (var redis = RedisProcess.start("--maxmemory", "1")) {
      assertThat(write(redis)).isEqualTo(failed(Cause.FULL, "OOM"));
    }
  }

  @Test
  void a_script_on_a_replica_says_that_it_takes_no_writes() {
    try (var redis = RedisProcess.start()) {
      redis.configure("REPLICAOF", "127.0.0.1", Integer.toString(redis.port()));
      assertThat(write(redis)).isEqualTo(failed(Cause.READ_ONLY, "READONLY"));
    }
  }

  @Test
  void a_script_that_does_what_its_user_may_not_says_so() {
    try (var redis = RedisProcess.start()) {
      redis.configure("ACL", "SETUSER", "default", "-hset");
      assertThat(write(redis)).isEqualTo(failed(Cause.FORBIDDEN, "NOPERM"));
    }
  }

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
  void a_login_that_no_server_of_a_cluster_takes_is_told_from_a_cluster_that_is_down() {
    var login = RedisConfigs.user("nobody", "wrong");
    try (var redis = RedisProcess.start("--cluster-enabled", "yes")) {
      var servers = new Servers.Cluster(List.of(new Address("127.0.0.1", redis.port())));
      assertThat(write(servers, login)).isEqualTo(failed(Cause.DENIED, "WRONGPASS"));
    }
  }

  @Test
  void no_connection_in_time_is_late_and_tried_again() {
    var failure = new JedisConnectionException("Failed to connect to 192.0.2.1:6379.");
    failure.addSuppressed(new SocketTimeoutException("Connect timed out"));
    assertThat(RedisFailures.of(failure).cause()).isEqualTo(Cause.TIMEOUT);
    assertThat(RedisFailures.isBrokenConnection(failure)).isTrue();
  }

  @Test
  void no_answer_in_time_is_late_and_not_asked_for_again() {
    var failure = new JedisConnectionException(new SocketTimeoutException("Read timed out"));
    assertThat(RedisFailures.of(failure).cause()).isEqualTo(Cause.TIMEOUT);
    assertThat(RedisFailures.isBrokenConnection(failure)).isFalse();
  }
}
