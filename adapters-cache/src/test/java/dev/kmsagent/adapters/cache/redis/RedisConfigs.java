package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.config.EncryptionKey;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.RedisConfig.Login;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.config.RedisConfig.Tls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Configurations for tests. */
public final class RedisConfigs {
  public static final String PREFIX = "kms-agent";

  private RedisConfigs() {}

  public static RedisConfig of(Servers servers, Login login, Tls tls, Duration timeout) {
    return new RedisConfig(
        servers,
        login,
        tls,
        timeout,
        new RedisConfig.Entries(
            PREFIX,
            List.of(new EncryptionKey(new byte[EncryptionKey.BYTES])),
            Duration.ofMinutes(1)));
  }

  /** The same but for the prefix. */
  public static RedisConfig withPrefix(RedisConfig config, String prefix) {
    var entries = config.entries();
    return new RedisConfig(
        config.servers(),
        config.login(),
        config.tls(),
        config.timeout(),
        new RedisConfig.Entries(prefix, entries.encryptionKeys(), entries.localTtl()));
  }

  public static Login user(String name, String password) {
    return new Login.User(name, new ConfidentialText(password));
  }

  public static Tls trusting(Path authorities) {
    return new Tls.On(Optional.of(authorities));
  }
}
