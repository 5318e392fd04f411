package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.redis.RedisConfigs;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.testkit.redis.RedisCertificates;
import java.nio.file.Path;
import java.util.Map;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.MountableFile;

/** A server that speaks TLS alone, with one user who may do no more than an agent needs to. */
final class TlsRedisContainerIT extends InContainers {
  private static final String PASSPHRASE = "open-sesame";
  private static final String CONFIGURATION =
      """
      port 0
      tls-port %d
      tls-cert-file /tls/server.pem
      tls-key-file /tls/server.key
      tls-ca-cert-file /tls/authority.pem
      tls-auth-clients no
      user default off
      user agent on >%s ~orders:* +evalsha +eval +time +hset +hget +hdel +hkeys +hlen \
      +hstrlen +pttl +pexpire +set +get +unlink +ping +client|setname
      """
          .formatted(RedisContainer.PORT, PASSPHRASE);

  @Override
  Deployment deploy() {
    var certificates = RedisCertificates.of(RedisContainer.host());
    var redis =
        RedisContainer.start(
            Map.of(
                "/tls/redis.conf", Transferable.of(CONFIGURATION),
                "/tls/server.pem", readable(certificates.certificateFile()),
                "/tls/server.key", readable(certificates.keyFile()),
                "/tls/authority.pem", readable(certificates.authorityFile())),
            "/tls/redis.conf");
    return new Deployment(settings(redis, certificates), redis::close);
  }

  /** The server may run as a user of its own. */
  private static Transferable readable(Path file) {
    return MountableFile.forHostPath(file, 0644);
  }

  private static RedisConfig settings(RedisContainer redis, RedisCertificates certificates) {
    return RedisConfigs.of(
        new Servers.Standalone(redis.address()),
        RedisConfigs.user("agent", PASSPHRASE),
        RedisConfigs.trusting(certificates.authorityFile()),
        RedisConfigs.TIMEOUT);
  }
}
