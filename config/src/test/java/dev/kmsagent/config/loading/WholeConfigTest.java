package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.CacheConfig;
import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.config.EncryptionKey;
import dev.kmsagent.config.Endpoint;
import dev.kmsagent.config.Endpoint.Protocol;
import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.config.ListenAddress;
import dev.kmsagent.config.LogConfig;
import dev.kmsagent.config.LogConfig.LogFormat;
import dev.kmsagent.config.LogConfig.LogLevel;
import dev.kmsagent.config.Proxy;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.ServerConfig;
import dev.kmsagent.config.ServerConfig.ResponseType;
import dev.kmsagent.config.VaultConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A file that gives every key a value of its own, so that none can end up in another's place. */
class WholeConfigTest {

  @Test
  void each_key_ends_up_in_its_place() throws IOException {
    AgentConfig config =
        Attempt.of(TestFiles.text("everything.toml")).in(TestFiles.path(".")).config();

    assertThat(config).isEqualTo(new AgentConfig(server(), management(), kms(), cache(), log()));
  }

  private static ServerConfig server() {
    return new ServerConfig(
        new ListenAddress(InetAddress.ofLiteral("10.0.0.7"), 2001),
        false,
        new ServerConfig.Guard(List.of("X-H"), List.of("TOKEN_VAR"), List.of("host.local")),
        "/prefix/",
        ResponseType.HASHICORP_KV,
        11,
        false,
        Duration.ofSeconds(12),
        Duration.ofSeconds(13),
        Optional.of(new VaultConfig("kv/team", Duration.ofSeconds(14))));
  }

  private static Optional<ListenAddress> management() {
    return Optional.of(new ListenAddress(InetAddress.ofLiteral("10.0.0.8"), 2002));
  }

  private static KmsConfig kms() {
    return new KmsConfig(
        Optional.of("cn-test"),
        new KmsConfig.Transport(
            new Endpoint(Protocol.HTTP, "127.0.0.1", 2003),
            Optional.of(TestFiles.path(".").resolve("authority.pem")),
            new Proxy.Through("proxy.local", 2004, new Proxy.Login.Anonymous(), List.of()),
            Duration.ofSeconds(2),
            Duration.ofMillis(202)),
        new CredentialSource.AccessKey(
            "the-id",
            new ConfidentialText("the-secret"),
            Optional.of(new ConfidentialText("the-token"))),
        22,
        3,
        new KmsConfig.CircuitBreaker(false, 23, Duration.ofSeconds(26)));
  }

  private static CacheConfig cache() {
    return new CacheConfig(
        Optional.of(redis()),
        31,
        2L << 20,
        new CacheConfig.Freshness(
            Duration.ofSeconds(32), 0.33, 0.34, Duration.ofSeconds(35), Duration.ofMillis(36)),
        List.of("first", "second"));
  }

  private static RedisConfig redis() {
    return new RedisConfig(
        new RedisConfig.Servers.Sentinel(
            "the-master",
            List.of(
                new RedisConfig.Address("sentinel.local", 2005),
                new RedisConfig.Address("[::1]", 2006))),
        new RedisConfig.Login.User("the-user", new ConfidentialText("the-password")),
        new RedisConfig.Tls.On(Optional.of(TestFiles.path(".").resolve("redis-authority.pem"))),
        Duration.ofMillis(52),
        new RedisConfig.Entries(
            "the-prefix",
            List.of(
                key("a key of 32 bytes, the new one.."), key("a key of 32 bytes, the old one..")),
            Duration.ofMillis(54)));
  }

  private static EncryptionKey key(String content) {
    return new EncryptionKey(content.getBytes(StandardCharsets.UTF_8));
  }

  private static LogConfig log() {
    return new LogConfig(
        LogLevel.WARN,
        LogFormat.TEXT,
        false,
        LogConfig.Audit.REQUIRED,
        Optional.of(new LogConfig.LogFile(Path.of("/var/log/agent"), 41L << 20, 42)));
  }
}
