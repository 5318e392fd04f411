package dev.kmsagent.adapters.cache.redis;

import static dev.kmsagent.testkit.Soon.assertSoon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.shared.ChangeFeed;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Login;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.config.RedisConfig.Tls;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.testkit.VirtualTime;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What a real Redis tells of changes; pauses and heartbeats pass in virtual time. */
class RedisChangeFeedTest {
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final Duration HEARTBEAT = Duration.ofSeconds(1);

  /** For servers that answer, on a machine that does much else. */
  private static final Duration LONG = Duration.ofSeconds(20);

  /** For servers that do not. */
  private static final Duration SHORT = Duration.ofMillis(100);

  private final VirtualTime time = new VirtualTime();
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final RedisProcess redis = RedisProcess.start();
  private final RedisEntryStore store =
      new RedisEntryStore(settings(LONG), Clocks.of(InstantSource.system()), executor);
  private final ChangeFeed feed = feed(LONG);
  private final List<String> told = new CopyOnWriteArrayList<>();

  @AfterEach
  void end() {
    feed.close();
    store.close();
    executor.close();
    redis.close();
  }

  private RedisConfig settings(Duration timeout) {
    return RedisConfigs.of(
        new Servers.Standalone(new Address("127.0.0.1", redis.port())),
        new Login.Anonymous(),
        new Tls.Off(),
        timeout);
  }

  private ChangeFeed feed(Duration timeout) {
    return new RedisChangeFeed(settings(timeout), store, executor, time);
  }

  private void follow() {
    follow(feed);
  }

  private void follow(ChangeFeed which) {
    which.follow(
        new ChangeFeed.Follower() {
          @Override
          public void connected() {
            told.add("connected");
          }

          @Override
          public void lost() {
            told.add("lost");
          }

          @Override
          public void changed(String hash) {
            told.add(hash);
          }

          @Override
          public void changedAll() {
            told.add("all");
          }
        });
  }

  private void awaitTold(String... wanted) {
    assertSoon(() -> told.equals(List.of(wanted)));
  }

  /** Once it has failed, it waits to try again. */
  private void awaitPause() {
    awaitTimers(1);
  }

  private void awaitTimers(int wanted) {
    assertSoon(() -> time.waiting() == wanted);
  }

  /** Now it waits to try again, and its next heartbeat is still to come. */
  private void loseConnection() {
    redis.configure("CLIENT", "KILL", "TYPE", "normal");
    awaitTold("connected", "lost");
    awaitTimers(2);
  }

  /** Besides the one that asks. */
  private long connections() {
    return redis.command("CLIENT", "LIST").lines().count() - 1;
  }

  @Nested
  class While_it_is_connected {
    @BeforeEach
    void connect() {
      follow();
      awaitTold("connected");
    }

    @Test
    void each_change_is_told_and_of_our_names_alone() {
      redis.configure("HSET", "kms-agent:c2:a", "field", "v1");
      redis.configure("HSET", "their:a", "field", "v1");
      redis.configure("DEL", "kms-agent:c2:a");
      awaitTold("connected", "kms-agent:c2:a", "kms-agent:c2:a");
    }

    @Test
    void what_lapses_is_told() {
      redis.configure("SET", "kms-agent:c2:a", "v1", "PX", "1");
      awaitTold("connected", "kms-agent:c2:a", "kms-agent:c2:a");
    }

    @Test
    void anything_may_have_changed_when_all_is_flushed() {
      redis.configure("FLUSHALL");
      awaitTold("connected", "all");
    }

    @Test
    void it_gives_a_sign_of_life_and_goes_on() {
      time.advance(HEARTBEAT);
      awaitTimers(1);
      redis.configure("SET", "kms-agent:c2:a", "v1");
      awaitTold("connected", "kms-agent:c2:a");
    }

    @Test
    void a_connection_that_was_lost_does_not_come_back_with_its_next_heartbeat() {
      loseConnection();
      time.advance(SHORTEST_PAUSE);
      awaitTold("connected", "lost", "connected");
      time.advance(HEARTBEAT);
      awaitTimers(1);
      assertThat(connections()).isEqualTo(1);
    }

    @Test
    void nothing_is_left_once_it_is_closed() {
      feed.close();
      awaitTold("connected", "lost");
      time.advance(HEARTBEAT);
      awaitTimers(0);
      assertSoon(() -> connections() == 0);
    }
  }

  @Nested
  class While_the_server_hangs {
    private final ChangeFeed hasty = feed(SHORT);

    @AfterEach
    void end() {
      hasty.close();
    }

    @Test
    void that_is_noticed_by_its_silence() {
      follow(hasty);
      awaitTold("connected");
      redis.pause();
      awaitTold("connected", "lost");
      redis.resume();
    }
  }

  @Nested
  class While_it_cannot_connect {
    @Test
    void it_tries_again_at_growing_intervals() {
      redis.kill();
      follow();
      for (var pause = SHORTEST_PAUSE; pause.compareTo(LONGEST_PAUSE) < 0; ) {
        awaitPause();
        time.advance(pause.minusNanos(1));
        assertThat(time.waiting()).as("timers after " + pause).isEqualTo(1);
        time.advance(Duration.ofNanos(1));
        pause = pause.multipliedBy(2);
      }
      awaitPause();
      redis.restart();
      time.advance(LONGEST_PAUSE);
      awaitTold("connected");
    }

    @Test
    void the_pause_is_short_again_once_it_was_connected() {
      redis.kill();
      follow();
      awaitPause();
      time.advance(SHORTEST_PAUSE);
      awaitPause();
      redis.restart();
      time.advance(SHORTEST_PAUSE.multipliedBy(2));
      awaitTold("connected");
      loseConnection();
      time.advance(SHORTEST_PAUSE);
      awaitTold("connected", "lost", "connected");
    }

    @Test
    void it_is_told_once_it_is_allowed_to_be() {
      redis.configure("ACL", "SETUSER", "default", "-client", "+client|setname");
      follow();
      awaitPause();
      assertThat(told).isEmpty();
      redis.configure("ACL", "SETUSER", "default", "+client");
      time.advance(SHORTEST_PAUSE);
      awaitTold("connected");
    }

    @Test
    void it_tries_no_more_once_it_is_closed() {
      redis.kill();
      follow();
      awaitPause();
      feed.close();
      time.advance(LONGEST_PAUSE);
      assertThat(time.waiting()).isZero();
    }
  }
}
