package dev.kmsagent.testkit.redis;

import dev.kmsagent.testkit.Patience;

/**
 * A sentinel that has the replica take over from a primary that is killed or held still. A primary
 * that is merely slow keeps its place, as on a busy machine it has to. Not thread-safe.
 *
 * @param primary the first one
 * @param replica the first one
 */
public record RedisSentinels(RedisProcess primary, RedisProcess replica, RedisProcess sentinel)
    implements AutoCloseable {
  /** What the sentinel calls the primary, whichever it is. */
  public static final String MASTER = "main";

  private static final String DOWN_AFTER = "down-after-milliseconds";

  /** Starts them, and returns once the replica could take over. */
  public static RedisSentinels start() {
    var primary =
        RedisProcess.start("--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0");
    var replica = RedisProcess.start("--replicaof", "127.0.0.1", Integer.toString(primary.port()));
    var _ = Patience.see(() -> replication(replica), it -> it.contains("master_link_status:up"));
    var sentinels = new RedisSentinels(primary, replica, sentinel(primary));
    var _ = Patience.see(sentinels::replicas, it -> it.contains("master-link-status\nok"));
    return sentinels;
  }

  /**
   * Starts a sentinel that watches a server, which it takes for dead after an hour without an
   * answer. If a replica has not taken over within ten seconds, it tries again ten seconds later.
   */
  public static RedisProcess sentinel(RedisProcess primary) {
    return RedisProcess.startSentinel(
        """
        sentinel monitor %1$s 127.0.0.1 %2$d 1
        sentinel %3$s %1$s 3600000
        sentinel failover-timeout %1$s 10000
        """
            .formatted(MASTER, primary.port(), DOWN_AFTER));
  }

  private static String replication(RedisProcess server) {
    return server.command("INFO", "replication");
  }

  private String replicas() {
    return sentinel.command("SENTINEL", "REPLICAS", MASTER);
  }

  /** Has the replica take over while the primary lives; returns once that has begun. */
  public void failOver() {
    Patience.assertSoon(
        () -> {
          var answer = sentinel.command("SENTINEL", "FAILOVER", MASTER);
          // It refuses while it has not heard from the replica for some seconds.
          return answer.equals("OK") || answer.startsWith("-INPROG");
        });
  }

  /** Kills the primary. */
  public void killPrimary() {
    primary.kill();
    takeForDeadSoon();
  }

  /** Holds the primary still. */
  public void pausePrimary() {
    primary.pause();
    takeForDeadSoon();
  }

  private void takeForDeadSoon() {
    sentinel.configure("SENTINEL", "SET", MASTER, DOWN_AFTER, "1000");
  }

  @Override
  public void close() {
    sentinel.close();
    replica.close();
    primary.close();
  }
}
