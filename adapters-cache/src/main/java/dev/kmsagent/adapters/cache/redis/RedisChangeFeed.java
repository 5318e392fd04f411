package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.shared.ChangeFeed;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.domain.port.Scheduler;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Changes as Redis announces them on a connection of their own. It has none of a cluster, where
 * every primary would need one. Thread-safe.
 */
public final class RedisChangeFeed implements ChangeFeed {
  private static final Duration HEARTBEAT = Duration.ofSeconds(1);

  /** Some heartbeats may be late on a busy machine. */
  private static final Duration LONGEST_SILENCE = HEARTBEAT.multipliedBy(3);

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(200);

  private final RedisConfig config;
  private final RedisClients clients;
  private final RedisEntryStore store;
  private final Executor executor;
  private final Scheduler scheduler;
  private volatile @Nullable ListeningConnection connection;
  private volatile boolean closed;

  /** Grows with every attempt, up to a bound, until one succeeds. */
  private volatile Duration pause = SHORTEST_PAUSE.dividedBy(2);

  /**
   * @param store knows which server is the primary
   * @param executor for a task that waits for ever: virtual threads
   */
  public RedisChangeFeed(
      RedisConfig config, RedisEntryStore store, Executor executor, Scheduler scheduler) {
    this.config = config;
    this.clients = store.clients();
    this.store = store;
    this.executor = executor;
    this.scheduler = scheduler;
  }

  @Override
  public void follow(Follower follower) {
    if (!(config.servers() instanceof RedisConfig.Servers.Cluster)) {
      run(() -> followForEver(follower));
    }
  }

  private void run(Runnable task) {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException _) {
      // The agent is stopping.
    }
  }

  private void runLater(Duration delay, Runnable task) {
    var _ = scheduler.schedule(delay, () -> run(task));
  }

  private void followForEver(Follower follower) {
    try {
      if (!closed) {
        listen(follower);
      }
    } finally {
      if (!closed) {
        runLater(pause, () -> followForEver(follower));
      }
    }
  }

  /** Listens until the connection is lost. Why it fails is reported by the calls to the store. */
  private void listen(Follower follower) {
    pause = longer(pause);
    try (var listening = connect(follower)) {
      connection = listening;
      beatUntilLost(listening);
      read(listening, follower);
    } catch (JedisException _) {
      // It is tried again.
    }
  }

  private void read(ListeningConnection listening, Follower follower) {
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
    var listening = clients.listen(store.client(), follower::changed, follower::changedAll);
    try {
      var hashes = EntryCodec.hashes(config.entries().keyPrefix());
      listening.begin(hashes, (int) LONGEST_SILENCE.toMillis());
    } catch (JedisException refused) {
      listening.end();
      throw refused;
    }
    return listening;
  }

  private void beatUntilLost(ListeningConnection listening) {
    runLater(HEARTBEAT, () -> beat(listening));
  }

  /** A primary that was replaced goes on announcing, but not the changes that matter. */
  private void beat(ListeningConnection listening) {
    try {
      listening.beat();
      if (!clients.primary(store.client()).equals(Optional.of(listening.getHostAndPort()))) {
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
