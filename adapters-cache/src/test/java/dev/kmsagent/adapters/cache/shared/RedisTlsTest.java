package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.redis.RedisConfigs;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Login;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.config.RedisConfig.Tls;
import dev.kmsagent.config.Trust;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.port.CacheEvent.Coherence;
import dev.kmsagent.testkit.redis.RedisCertificates;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which servers are believed to be the ones that are meant. */
class RedisTlsTest {
  private static final RedisCertificates CERTIFICATES = RedisCertificates.of("localhost");
  private static final Tls TRUSTING = RedisConfigs.trusting(CERTIFICATES.authorityFile());

  private final RedisProcess redis = RedisProcess.startWithTls(CERTIFICATES);

  @AfterEach
  void end() {
    redis.close();
  }

  private Scene scene(String host, int port, Tls encryption) {
    return new Scene(
        RedisConfigs.of(
            new Servers.Standalone(new Address(host, port), 0),
            new Login.Anonymous(),
            encryption,
            Scene.TIMEOUT,
            8));
  }

  private void assertRefused(Scene scene, Cause... causes) {
    scene.assertDoesWithout();
    scene.assertTold(causes);
    assertThat(redis.command("DBSIZE")).isEqualTo("0");
  }

  @Test
  void a_server_with_a_certificate_of_a_trusted_authority_is_used() {
    try (var scene = scene("localhost", redis.tlsPort(), TRUSTING)) {
      scene.agent.awaitCoherence(Coherence.IMMEDIATE);
      scene.assertHeals();
    }
  }

  @Test
  void a_server_with_a_certificate_of_another_authority_is_refused() {
    try (var scene =
        scene("localhost", redis.tlsPort(), new Tls.On(new Trust.SystemAuthorities()))) {
      assertRefused(scene, Cause.UNREACHABLE);
    }
  }

  @Test
  void a_server_with_a_certificate_for_another_name_is_refused() {
    try (var scene = scene("127.0.0.1", redis.tlsPort(), TRUSTING)) {
      assertRefused(scene, Cause.UNREACHABLE);
    }
  }

  /** It takes the greeting for the beginning of a command, and waits for the end. */
  @Test
  void a_server_without_tls_is_refused() {
    try (var scene = scene("localhost", redis.port(), TRUSTING)) {
      assertRefused(scene, Cause.TIMEOUT, Cause.UNREACHABLE);
    }
  }

  @Test
  void the_file_of_authorities_counts_as_soon_as_it_is_there(@TempDir Path folder)
      throws IOException {
    var file = folder.resolve("ca.pem");
    try (var scene = scene("localhost", redis.tlsPort(), RedisConfigs.trusting(file))) {
      assertRefused(scene, Cause.UNREACHABLE);
      Files.copy(CERTIFICATES.authorityFile(), file);
      scene.assertHeals();
    }
  }
}
