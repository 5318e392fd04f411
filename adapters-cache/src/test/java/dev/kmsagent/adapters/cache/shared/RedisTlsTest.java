package dev.kmsagent.adapters.cache.shared;

import static dev.kmsagent.adapters.cache.shared.EntryStoreContract.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.redis.RedisConfigs;
import dev.kmsagent.adapters.cache.redis.RedisEntryStore;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Login;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.config.RedisConfig.Tls;
import dev.kmsagent.config.Trust;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.redis.RedisCertificates;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which servers are believed to be the ones that are meant. */
class RedisTlsTest {
  private static final RedisCertificates CERTIFICATES = RedisCertificates.of("localhost");
  private static final Tls TRUSTING = RedisConfigs.trusting(CERTIFICATES.authorityFile());
  private static final RedisProcess REDIS = RedisProcess.startWithTls(CERTIFICATES);

  @AfterAll
  static void end() {
    REDIS.close();
  }

  private static EntryStore store(String host, int port, Tls encryption, Duration timeout) {
    var server = new Servers.Standalone(new Address(host, port), 0);
    return new RedisEntryStore(
        RedisConfigs.of(server, new Login.Anonymous(), encryption, timeout, 8),
        Clocks.of(InstantSource.system()),
        Runnable::run);
  }

  private static EntryStore store(String host, Tls encryption) {
    return store(host, REDIS.tlsPort(), encryption, TestAgent.TIMEOUT);
  }

  private static StoreResult<?> read(EntryStore store) {
    return result(store.read(SimulatedCache.key(Secrets.current("app/db"))));
  }

  private static Cause cause(EntryStore store) {
    return ((StoreResult.Failed<?>) read(store)).failure().cause();
  }

  @Test
  void a_server_with_a_certificate_of_another_authority_is_refused() {
    try (var store = store("localhost", new Tls.On(new Trust.SystemAuthorities()))) {
      assertThat(cause(store)).isEqualTo(Cause.UNREACHABLE);
    }
  }

  @Test
  void a_server_with_a_certificate_for_another_name_is_refused() {
    try (var store = store("127.0.0.1", TRUSTING)) {
      assertThat(cause(store)).isEqualTo(Cause.UNREACHABLE);
    }
  }

  /** It takes the greeting for the beginning of a command, and waits for the end. */
  @Test
  void a_server_without_tls_is_refused() {
    try (var store = store("localhost", REDIS.port(), TRUSTING, Duration.ofMillis(300))) {
      assertThat(cause(store)).isIn(Cause.TIMEOUT, Cause.UNREACHABLE);
    }
  }

  @Test
  void the_file_of_authorities_counts_as_soon_as_it_is_there(@TempDir Path folder)
      throws IOException {
    var file = folder.resolve("ca.pem");
    try (var store = store("localhost", RedisConfigs.trusting(file))) {
      assertThat(cause(store)).isEqualTo(Cause.UNREACHABLE);
      Files.copy(CERTIFICATES.authorityFile(), file);
      assertThat(read(store)).isInstanceOf(StoreResult.Answered.class);
    }
  }
}
