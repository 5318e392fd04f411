package dev.kmsagent.bootstrap.wiring;

import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.adapters.cache.redis.RedisSettings;
import dev.kmsagent.adapters.http.HttpSettings;
import dev.kmsagent.adapters.kms.credentials.RrsaRole;
import dev.kmsagent.adapters.kms.resilience.BreakerSettings;
import dev.kmsagent.adapters.kms.resilience.RetrySettings;
import dev.kmsagent.adapters.kms.transport.KmsSettings;
import dev.kmsagent.adapters.kms.transport.Proxying;
import dev.kmsagent.adapters.kms.transport.Trust;
import dev.kmsagent.application.RetrievalSettings;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.config.ListenAddress;
import dev.kmsagent.config.ManagementConfig;
import dev.kmsagent.config.Proxy;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.Region;
import dev.kmsagent.domain.FreshnessPolicy;
import java.net.PasswordAuthentication;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What each room is told, out of what the agent was told: none of them knows the configuration. */
final class Settings {
  private Settings() {}

  static HttpSettings http(AgentConfig config, String processName) {
    var server = config.server();
    return new HttpSettings(
        address(server.listen()),
        management(config.management()),
        server.guard().allowedHosts(),
        server.pathPrefix(),
        server.maxConn(),
        config.log().audit(),
        processName);
  }

  private static Optional<HttpSettings.Address> management(ManagementConfig management) {
    return switch (management) {
      case ManagementConfig.Off() -> Optional.empty();
      case ManagementConfig.On(var listen) -> Optional.of(address(listen));
    };
  }

  private static HttpSettings.Address address(ListenAddress listen) {
    return new HttpSettings.Address(listen.address().getHostAddress(), listen.port());
  }

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

  static KmsSettings kms(KmsConfig.Transport transport) {
    return new KmsSettings(
        transport.endpoint().uri(),
        transport.connectTimeout(),
        transport.readTimeout(),
        trust(transport.trust()),
        proxying(transport.proxy()));
  }

  private static Trust trust(dev.kmsagent.config.Trust trust) {
    return switch (trust) {
      case dev.kmsagent.config.Trust.SystemAuthorities() -> new Trust.SystemAuthorities();
      case dev.kmsagent.config.Trust.AlsoFrom(var pemFile) -> new Trust.AlsoFrom(pemFile);
    };
  }

  private static Proxying proxying(Proxy proxy) {
    return switch (proxy) {
      case Proxy.Direct() -> new Proxying.Direct();
      case Proxy.Through(var host, var port, var login, var exceptions) ->
          new Proxying.Through(host, port, login(login), exceptions);
    };
  }

  private static Proxying.Login login(Proxy.Login login) {
    return switch (login) {
      case Proxy.Login.Anonymous() -> new Proxying.Login.Anonymous();
      case Proxy.Login.Basic(var user, var password) ->
          new Proxying.Login.Basic(
              new PasswordAuthentication(user, password.reveal().toCharArray()));
    };
  }

  static RrsaRole rrsa(CredentialSource.Rrsa rrsa) {
    return new RrsaRole(
        rrsa.roleArn(),
        rrsa.oidcProviderArn(),
        rrsa.oidcTokenFile(),
        rrsa.roleSessionName(),
        rrsa.stsEndpoint().authority());
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

  static RetrySettings retry(KmsConfig.Retry retry) {
    return new RetrySettings(retry.maxAttempts(), retry.initialBackoff(), retry.maxBackoff());
  }

  static BreakerSettings breaker(KmsConfig.CircuitBreaker breaker) {
    return new BreakerSettings(
        breaker.failureRateThreshold(),
        breaker.slidingWindowSize(),
        breaker.minimumCalls(),
        breaker.openFor(),
        breaker.halfOpenCalls());
  }
}
