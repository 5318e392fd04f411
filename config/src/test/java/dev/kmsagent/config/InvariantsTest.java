package dev.kmsagent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the records refuse, whoever makes them. */
class InvariantsTest {
  private static final RedisConfig.Address ADDRESS = new RedisConfig.Address("[::1]", 6379);

  @Test
  void a_list_is_a_copy() {
    List<String> headers = new ArrayList<>(List.of("X-Token"));
    var guard = new ServerConfig.Guard(headers, List.of("TOKEN"), List.of());

    headers.clear();

    assertThat(guard.headers()).containsExactly("X-Token");
  }

  @Test
  void a_guard_without_headers_lets_nobody_pass() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ServerConfig.Guard(List.of(), List.of("TOKEN"), List.of()));
  }

  @Test
  void a_prefix_has_a_slash_at_both_ends() {
    assertThatIllegalArgumentException().isThrownBy(() -> server("/v1"));
    assertThatIllegalArgumentException().isThrownBy(() -> server("v1/"));
    assertThat(server("/v1/").pathPrefix()).isEqualTo("/v1/");
  }

  @Test
  void sentinels_and_members_of_a_cluster_are_a_copy_and_at_least_one() {
    List<RedisConfig.Address> addresses = new ArrayList<>(List.of(ADDRESS));
    var sentinel = new RedisConfig.Servers.Sentinel("main", addresses);
    var cluster = new RedisConfig.Servers.Cluster(addresses);

    addresses.clear();

    assertThat(sentinel.addresses()).containsExactly(ADDRESS);
    assertThat(cluster.addresses()).containsExactly(ADDRESS);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RedisConfig.Servers.Sentinel("main", List.of()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RedisConfig.Servers.Cluster(List.of()));
  }

  @Test
  void entries_are_sealed_with_one_key_or_opened_with_two_that_differ() {
    assertThat(entries(key(1)).encryptionKeys()).hasSize(1);
    assertThat(entries(key(1), key(2)).encryptionKeys()).containsExactly(key(1), key(2));
    assertThatIllegalArgumentException().isThrownBy(() -> entries());
    assertThatIllegalArgumentException().isThrownBy(() -> entries(key(1), key(1)));
    assertThatIllegalArgumentException().isThrownBy(() -> entries(key(1), key(2), key(3)));
  }

  private static RedisConfig.Entries entries(EncryptionKey... keys) {
    return new RedisConfig.Entries("agents", List.of(keys), Duration.ZERO);
  }

  private static EncryptionKey key(int first) {
    byte[] content = new byte[EncryptionKey.BYTES];
    content[0] = (byte) first;
    return new EncryptionKey(content);
  }

  private static ServerConfig server(String prefix) {
    return new ServerConfig(
        new ListenAddress(InetAddress.getLoopbackAddress(), 0),
        false,
        new ServerConfig.Guard(List.of("X-Token"), List.of("TOKEN"), List.of()),
        prefix,
        ServerConfig.ResponseType.KMS,
        1,
        true,
        Duration.ofSeconds(1),
        Duration.ZERO,
        Optional.empty());
  }
}
