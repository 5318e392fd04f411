package dev.kmsagent.testkit.redis;

import dev.kmsagent.testkit.Patience;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A cluster of three primaries without replicas. Not thread-safe.
 *
 * @param nodes each with a third of the slots
 */
public record RedisCluster(List<RedisProcess> nodes) implements AutoCloseable {
  private static final int SIZE = 3;
  private static final int SLOTS = 16_384;

  /** Longer than a test: no node is taken for dead, or given up by one that meets it. */
  private static final String NODE_TIMEOUT_MILLIS = "3600000";

  public RedisCluster {
    nodes = List.copyOf(nodes);
  }

  /** Starts one, and returns once every node answers for all. */
  public static RedisCluster start() {
    String[] settings = {"--cluster-enabled", "yes", "--cluster-node-timeout", NODE_TIMEOUT_MILLIS};
    var nodes = Stream.generate(() -> RedisProcess.start(settings)).limit(SIZE).toList();
    var cluster = new RedisCluster(nodes);
    cluster.join();
    cluster.awaitHealth();
    return cluster;
  }

  private void join() {
    for (var i = 0; i < SIZE; i++) {
      var node = nodes.get(i);
      node.configure("CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1));
      node.configure(addSlots(SLOTS * i / SIZE, SLOTS * (i + 1) / SIZE));
      node.configure("CLUSTER", "MEET", "127.0.0.1", Integer.toString(nodes.getFirst().port()));
    }
  }

  private static String[] addSlots(int first, int end) {
    return Stream.concat(
            Stream.of("CLUSTER", "ADDSLOTS"),
            IntStream.range(first, end).mapToObj(Integer::toString))
        .toArray(String[]::new);
  }

  /** Waits until every node says that all is well. */
  public void awaitHealth() {
    Patience.assertSoon(() -> nodes.stream().allMatch(RedisCluster::isHealthy));
  }

  private static boolean isHealthy(RedisProcess node) {
    var info = node.command("CLUSTER", "INFO");
    return info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:" + SIZE);
  }

  /** The node that has a key. */
  public RedisProcess ownerOf(String key) {
    var slot = Integer.parseInt(nodes.getFirst().command("CLUSTER", "KEYSLOT", key));
    return nodes.get(((slot + 1) * SIZE - 1) / SLOTS);
  }

  @Override
  public void close() {
    nodes.forEach(RedisProcess::close);
  }
}
