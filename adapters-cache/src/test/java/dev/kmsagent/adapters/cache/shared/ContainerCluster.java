package dev.kmsagent.adapters.cache.shared;

import static dev.kmsagent.testkit.Patience.assertSoon;
import static java.util.stream.Collectors.toSet;

import dev.kmsagent.config.RedisConfig.Address;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.resps.ClusterShardNodeInfo;

/**
 * Three primaries in containers of their own. They reach each other inside, and announce to clients
 * where they are reached from here.
 */
final class ContainerCluster implements AutoCloseable {
  private static final int SIZE = 3;
  private static final int SLOTS = 16_384;

  private final List<RedisContainer> primaries;

  private ContainerCluster(List<RedisContainer> primaries) {
    this.primaries = primaries;
  }

  /** Starts one and returns once each primary knows all of them by their addresses. */
  static ContainerCluster start() {
    var cluster =
        new ContainerCluster(
            IntStream.range(0, SIZE)
                .mapToObj(_ -> RedisContainer.start("--cluster-enabled", "yes"))
                .toList());
    IntStream.range(0, SIZE).forEach(cluster::join);
    assertSoon(() -> cluster.primaries.stream().allMatch(cluster::isKnownTo));
    return cluster;
  }

  private void join(int number) {
    var first = primaries.getFirst().innerAddress();
    try (var client = primaries.get(number).client()) {
      announce(client, primaries.get(number).address());
      client.clusterAddSlotsRange(SLOTS * number / SIZE, SLOTS * (number + 1) / SIZE - 1);
      if (number > 0) {
        client.clusterMeet(first.host(), first.port());
      }
    }
  }

  /** The IP address, and the port for the cluster itself, stay those inside. */
  private static void announce(Jedis client, Address address) {
    client.configSet(
        Map.of(
            "cluster-preferred-endpoint-type", "hostname",
            "cluster-announce-hostname", address.host(),
            "cluster-announce-port", Integer.toString(address.port())));
  }

  private boolean isKnownTo(RedisContainer primary) {
    try (var client = primary.client()) {
      return client.clusterInfo().contains("cluster_state:ok")
          && known(client).equals(Set.copyOf(addresses()));
    }
  }

  private static Set<Address> known(Jedis client) {
    return client.clusterShards().stream()
        .flatMap(shard -> shard.getNodes().stream())
        .map(ContainerCluster::address)
        .collect(toSet());
  }

  private static Address address(ClusterShardNodeInfo node) {
    return new Address(node.getEndpoint(), node.getPort().intValue());
  }

  List<Address> addresses() {
    return primaries.stream().map(RedisContainer::address).toList();
  }

  @Override
  public void close() {
    primaries.forEach(RedisContainer::close);
  }
}
