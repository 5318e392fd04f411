package dev.kmsagent.testkit.redis;

import dev.kmsagent.testkit.Patience;

/**
 * A sentinel that has the replica take over soon after the primary is dead. Not thread-safe.
 *
 * @param primary the first one
 * @param replica the first one
 */
public record RedisSentinels(RedisProcess primary, RedisProcess replica, RedisProcess sentinel)
    implements AutoCloseable {
  /** What the sentinel calls the primary, whichever it is. */
  public static final String MASTER = "main";

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

  /** Starts a sentinel that watches a server. */
  public static RedisProcess sentinel(RedisProcess primary) {
    return RedisProcess.startSentinel(
        """
        sentinel monitor %1$s 127.0.0.1 %2$d 1
        sentinel down-after-milliseconds %1$s 1000
        sentinel failover-timeout %1$s 3000
        """
            .formatted(MASTER, primary.port()));
  }

  private static String replication(RedisProcess server) {
    return server.command("INFO", "replication");
  }

  private String replicas() {
    return sentinel.command("SENTINEL", "REPLICAS", MASTER);
  }

  /** Has the replica take over while the primary lives, and returns at once. */
  public void failOver() {
    sentinel.configure("SENTINEL", "FAILOVER", MASTER);
  }

  @Override
  public void close() {
    sentinel.close();
    replica.close();
    primary.close();
  }
}
