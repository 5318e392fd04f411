package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.adapters.cache.shared.Background;
import dev.kmsagent.adapters.cache.shared.ChangeFeed;
import dev.kmsagent.domain.port.Scheduler;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.exceptions.JedisException;

/**
 * NotificationResult as Redis tells them on a connection of their own. It has none of a cluster,
 * where there would have to be one to every primary. Thread-safe.
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
  private final Background background;
  private volatile @Nullable ListeningConnection connection;
  private volatile boolean closed;

  /** Grows with every attempt, up to a bound, until one succeeds. */
  private volatile Duration pause = SHORTEST_PAUSE.dividedBy(2);

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
    this.background = new Background(executor, scheduler);
  }

  @Override
  public void follow(Follower follower) {
    if (!(settings.servers() instanceof RedisSettings.Servers.Cluster)) {
      background.run(() -> followForEver(follower));
    }
  }

  private void followForEver(Follower follower) {
    try {
      if (!closed) {
        listen(follower);
      }
    } finally {
      if (!closed) {
        background.later(pause, () -> followForEver(follower));
      }
    }
  }

  /** Until it is lost; why it cannot be had is told by the calls to the store. */
  private void listen(Follower follower) {
    pause = longer(pause);
    try (var listening = connect(follower)) {
      connection = listening;
      beatUntilLost(listening);
      hear(listening, follower);
    } catch (JedisException _) {
      // It is tried again.
    }
  }

  private void hear(ListeningConnection listening, Follower follower) {
    pause = SHORTEST_PAUSE;
    follower.connected();
    try {
      while (!closed) {
        listening.read();
      }
    } finally {
      follower.lost();
    }
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
    background.later(HEARTBEAT, () -> beat(listening));
  }

  /** A primary that was replaced goes on telling, but not of what matters. */
  private void beat(ListeningConnection listening) {
    try {
      listening.beat();
      if (!listening.getHostAndPort().equals(primary())) {
        listening.end();
      }
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
