package dev.kmsagent.adapters.cache.redis;

import static dev.kmsagent.adapters.cache.redis.RedisConfigs.KEY;
import static dev.kmsagent.adapters.cache.redis.RedisConfigs.failure;
import static dev.kmsagent.adapters.cache.shared.EntryStoreContract.entry;
import static dev.kmsagent.testkit.Patience.assertSoon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.exceptions.JedisException;

/** Exchanges with a server that answers what Redis does not. */
class LyingServerTest {
  private static final Duration LIFE = Duration.ofMinutes(1);

  @AutoClose private final LyingServer server = new LyingServer("+OK\r\n");
  private final Address address = new Address("127.0.0.1", server.port());
  @AutoClose private final EntryStore store = store(new Servers.Standalone(address));

  private EntryStore store(Servers servers) {
    return RedisConfigs.open(RedisConfigs.settings(servers));
  }

  private static RedisProbe probe(Servers servers) {
    return RedisConfigs.probe(RedisConfigs.settings(servers));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$2000000000",
        "*1000000000",
        "*2|$2000000000",
        "%1000000000",
        "*1|*1|*1|*1|*1|*1|*1|*1|*1|:1",
        "*1|*3|:0|:16383|*3|$2000000000",
        "$?",
        "HTTP/1.1 400 Bad Request"
      })
  void a_reply_beyond_the_bounds_is_no_answer_of_redis_nor_of_a_cluster_nor_of_a_sentinel(
      String lie) {
    server.answer(lie.replace("|", "\r\n") + "\r\n\r\n");
    assertThat(
            List.of(
                failure(store.read(KEY)),
                failure(store.write(KEY, entry(1), LIFE)),
                failure(store.claim(KEY, "one", LIFE)),
                failure(store.release(KEY, "one"))))
        .containsOnly(Cause.UNREACHABLE);
    for (var servers :
        List.of(
            new Servers.Cluster(List.of(address)),
            new Servers.Sentinel("main", List.of(address)))) {
      try (var lookingUp = store(servers)) {
        assertThat(failure(lookingUp.read(KEY))).isEqualTo(Cause.UNREACHABLE);
      }
    }
  }

  /**
   * Each attempt leads to another name of this server, which would get connections of its own, and
   * the nodes cannot be looked up any more.
   */
  @Test
  void redirects_to_more_and_more_nodes_cost_neither_pools_nor_connections_without_end() {
    server.nameNode(server.port());
    server.answer("-ASK 1 localhost:" + server.port() + "\r\n");
    try (var cluster = hastyCluster()) {
      assertSoon(() -> failure(cluster.read(KEY)) == Cause.NOT_READY);
      server.nameNone();
      var client = (RedisClusterClient) cluster.client();
      for (var i = 0; i < ClusterSlots.MOST_NODES + 40; i++) {
        server.answer("-ASK 1 " + localhost(i) + ":" + server.port() + "\r\n");
        var others = Math.min(i, 100);
        assertSoon(
            () -> {
              assertThat(failure(cluster.read(KEY))).isNotEqualTo(Cause.ERROR);
              return client.getClusterNodes().size() > others;
            });
      }
      assertThat(client.getClusterNodes()).hasSizeBetween(100, ClusterSlots.MOST_NODES);
      assertSoon(
          () ->
              server.connections()
                  <= RedisClients.MAX_CONNECTIONS + RedisClients.OTHER_CONNECTIONS);
    }
  }

  private RedisEntryStore hastyCluster() {
    var servers = new Servers.Cluster(List.of(address));
    return RedisConfigs.open(RedisConfigs.settings(servers, Duration.ofMillis(500)));
  }

  /** As after a failover, or the end of a lie. */
  @Test
  void a_cluster_is_used_again_that_named_a_node_that_never_answers() throws IOException {
    try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var cluster = hastyCluster()) {
      server.nameNode(silent.getLocalPort());
      assertThat(failure(cluster.read(KEY))).isNotEqualTo(Cause.ERROR);
      var before = server.lookUps();
      assertSoon(() -> failure(cluster.read(KEY)) != Cause.ERROR && server.lookUps() > before);
      server.nameNode(server.port());
      assertSoon(() -> failure(cluster.read(KEY)) == Cause.ERROR);
    }
  }

  @Test
  void a_sentinel_is_listened_to_again_that_announced_a_primary_without_a_port() {
    server.announce("main 127.0.0.1 1 127.0.0.1");
    try (var behind = store(new Servers.Sentinel("main", List.of(address)))) {
      assertThat(failure(behind.read(KEY))).isEqualTo(Cause.ERROR);
      assertSoon(() -> server.lookUps() > 1);
    }
  }

  /** Its letters in upper or lower case, as the bits of a number. */
  private static String localhost(int bits) {
    var letters = "localhost".toCharArray();
    for (var i = 0; i < letters.length; i++) {
      letters[i] -= (char) ((bits >> i & 1) << 5);
    }
    return new String(letters);
  }

  @Test
  void a_node_is_not_looked_up_whose_name_is_longer_than_dns_has_them() {
    server.nameNode(server.port());
    server.answer("-ASK 1 " + "a".repeat(256) + ":1\r\n");
    var settings = RedisConfigs.settings(new Servers.Cluster(List.of(address)));
    try (var cluster = RedisConfigs.open(settings)) {
      assertThatThrownBy(() -> cluster.client().get("key"))
          .isInstanceOfSatisfying(
              JedisException.class,
              failure ->
                  assertThat(RedisFailures.of(failure).cause()).isEqualTo(Cause.UNREACHABLE));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {":1\r\n", "*0\r\n", "_\r\n", "+OK\r\n", "-pass-word pass-word\r\n"})
  void a_check_reports_it_whatever_it_answers(String answer) {
    try (var probe = probe(new Servers.Standalone(address))) {
      server.answer(answer);
      assertThat(probe.obstacle().orElseThrow()).doesNotContain("pass-word");
    }
    server.lieFromTheStart();
    try (var probe = probe(new Servers.Sentinel("main", List.of(address)))) {
      assertThat(probe.obstacle().orElseThrow()).doesNotContain("pass-word");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"+OK\r\n", ":1\r\n", "*0\r\n", "*1\r\n:1\r\n", "*2\r\n:1\r\n*0\r\n"})
  void a_reply_of_another_type_is_an_error(String answer) {
    server.answer(answer);
    assertThat(failure(store.read(KEY))).isEqualTo(Cause.ERROR);
    assertThat(failure(store.claim(KEY, "one", LIFE))).isEqualTo(Cause.ERROR);
  }
}
