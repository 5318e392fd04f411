package dev.kmsagent.adapters.cache.redis.store;

import dev.kmsagent.domain.port.Scheduler;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Changes as Redis tells them on a connection of their own. It has none of a cluster, where there
 * would have to be one to every primary. Thread-safe.
 */
public final class RedisChangeFeed implements ChangeFeed {
  private static final Duration HEARTBEAT = Duration.ofSeconds(1);

  /** Some heartbeats may be late on a busy machine. */
  private static final Duration LONGEST_SILENCE = HEARTBEAT.multipliedBy(3);

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(200);

  private final RedisSettings settings;
  private final RedisEntryStore store;
  private final String prefix;
  private final Executor executor;
  private final Scheduler scheduler;
  private volatile @Nullable ListeningConnection connection;
  private volatile boolean closed;

  /**
   * @param store knows which server is the primary
   * @param prefix of the names that matter
   * @param executor for a task that waits for ever: virtual threads
   */
  public RedisChangeFeed(
      RedisSettings settings,
      RedisEntryStore store,
      String prefix,
      Executor executor,
      Scheduler scheduler) {
    this.settings = settings;
    this.store = store;
    this.prefix = prefix;
    this.executor = executor;
    this.scheduler = scheduler;
  }

  @Override
  public void follow(Follower follower) {
    if (!(settings.servers() instanceof RedisSettings.Servers.Cluster)) {
      executor.execute(() -> follow(follower, SHORTEST_PAUSE));
    }
  }

  private void follow(Follower follower, Duration pause) {
    var next = listen(follower) ? SHORTEST_PAUSE : longer(pause);
    if (!closed) {
      scheduler.schedule(pause, () -> executor.execute(() -> follow(follower, next)));
    }
  }

  /** Whether it got as far as being told of changes, before it was lost. */
  private boolean listen(Follower follower) {
    var wasConnected = false;
    try (var listening = connect(follower)) {
      connection = listening;
      beatUntilLost(listening);
      follower.connected();
      wasConnected = true;
      while (!closed) {
        listening.read();
      }
    } catch (JedisException _) {
      // Whether it was there at all is told below; why not, by the calls to the store.
    }
    if (wasConnected) {
      follower.lost();
    }
    return wasConnected;
  }

  private ListeningConnection connect(Follower follower) {
    var config = new RedisClients(settings).listening();
    var listening = new ListeningConnection(primary(), config, follower);
    try {
      listening.begin(prefix, (int) LONGEST_SILENCE.toMillis());
    } catch (JedisException refused) {
      listening.end();
      throw refused;
    }
    return listening;
  }

  private HostAndPort primary() {
    return RedisClients.primary(settings, store.client()).orElseThrow();
  }

  private void beatUntilLost(ListeningConnection listening) {
    scheduler.schedule(HEARTBEAT, () -> executor.execute(() -> beat(listening)));
  }

  private void beat(ListeningConnection listening) {
    try {
      listening.beat();
      beatUntilLost(listening);
    } catch (JedisException _) {
      // The reader notices it too.
    }
  }

  private static Duration longer(Duration pause) {
    var twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
  }

  @Override
  public void close() {
    closed = true;
    var listening = connection;
    if (listening != null) {
      listening.end();
    }
  }
}
