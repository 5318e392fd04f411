package dev.kmsagent.bootstrap.wiring;

import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.adapters.cache.redis.RedisSettings;
import dev.kmsagent.application.RetrievalSettings;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.Region;
import dev.kmsagent.domain.FreshnessPolicy;
import java.net.PasswordAuthentication;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;

/** What each room is told, out of what the agent was told: none of them knows the configuration. */
final class Settings {
  private Settings() {}

  static RetrievalSettings retrieval(AgentConfig config) {
    var server = config.server();
    var freshness = config.cache().freshness();
    var policy =
        new FreshnessPolicy(
            freshness.ttl(),
            freshness.ttlJitterRatio(),
            freshness.refreshAheadRatio(),
            server.ignoreTransientErrors() ? freshness.maxStale() : Duration.ZERO,
            freshness.negativeTtl());
    return new RetrievalSettings(policy, server.requestTimeout(), freshness.staleAfter());
  }

  static RedisSettings redis(RedisConfig redis) {
    return new RedisSettings(
        servers(redis.servers()),
        login(redis.login()),
        encryption(redis.tls()),
        redis.limits().timeout(),
        redis.limits().maxConnections());
  }

  private static RedisSettings.Servers servers(RedisConfig.Servers servers) {
    return switch (servers) {
      case RedisConfig.Servers.Standalone(var server, var database) ->
          new RedisSettings.Servers.Standalone(address(server), database);
      case RedisConfig.Servers.Sentinel(var master, var sentinels, var database) ->
          new RedisSettings.Servers.Sentinel(master, addresses(sentinels), database);
      case RedisConfig.Servers.Cluster(var nodes) ->
          new RedisSettings.Servers.Cluster(addresses(nodes));
    };
  }

  private static List<RedisSettings.Address> addresses(List<RedisConfig.Address> addresses) {
    return addresses.stream().map(Settings::address).toList();
  }

  /** An IPv6 address stands in brackets for people, and without for sockets. */
  private static RedisSettings.Address address(RedisConfig.Address address) {
    return new RedisSettings.Address(
        address.host().replaceFirst("^\\[(.*)]$", "$1"), address.port());
  }

  private static RedisSettings.Login login(RedisConfig.Login login) {
    return switch (login) {
      case RedisConfig.Login.Anonymous() -> new RedisSettings.Login.Anonymous();
      case RedisConfig.Login.Password(var password) -> login("", password);
      case RedisConfig.Login.User(var name, var password) -> login(name, password);
    };
  }

  private static RedisSettings.Login login(String user, ConfidentialText password) {
    return new RedisSettings.Login.As(
        new PasswordAuthentication(user, password.reveal().toCharArray()));
  }

  private static RedisSettings.Encryption encryption(RedisConfig.Tls tls) {
    return switch (tls) {
      case RedisConfig.Tls.Off() -> new RedisSettings.Encryption.None();
      case RedisConfig.Tls.On(dev.kmsagent.config.Trust.SystemAuthorities()) ->
          new RedisSettings.Encryption.Tls();
      case RedisConfig.Tls.On(dev.kmsagent.config.Trust.AlsoFrom(var pemFile)) ->
          new RedisSettings.Encryption.TlsAlsoTrusting(pemFile);
    };
  }

  static List<SealingKey> sealingKeys(RedisConfig redis, SecureRandom random) {
    return redis.entries().encryptionKeys().stream()
        .map(encryptionKey -> new SealingKey(encryptionKey.reveal(), random))
        .toList();
  }

  /** Empty where none is named. */
  static String region(Region region) {
    return switch (region) {
      case Region.Named(var id) -> id;
      case Region.Unnamed() -> "";
    };
  }
}
