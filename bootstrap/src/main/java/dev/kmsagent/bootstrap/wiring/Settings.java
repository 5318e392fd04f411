package dev.kmsagent.bootstrap.wiring;

import dev.kmsagent.adapters.http.HttpSettings;
import dev.kmsagent.adapters.kms.identity.RrsaRole;
import dev.kmsagent.adapters.kms.resilience.BreakerSettings;
import dev.kmsagent.adapters.kms.resilience.RetrySettings;
import dev.kmsagent.adapters.kms.transport.KmsSettings;
import dev.kmsagent.adapters.kms.transport.Proxying;
import dev.kmsagent.adapters.kms.transport.Trust;
import dev.kmsagent.adapters.telemetry.Identity;
import dev.kmsagent.application.RetrievalSettings;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.config.ListenAddress;
import dev.kmsagent.config.ManagementConfig;
import dev.kmsagent.config.Proxy;
import dev.kmsagent.domain.FreshnessPolicy;
import java.net.PasswordAuthentication;
import java.time.Duration;
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

  static Identity identity(CredentialSource credentials) {
    return switch (credentials) {
      case CredentialSource.AccessKey _, CredentialSource.TemporaryAccessKey _ -> Identity.GIVEN;
      case CredentialSource.DefaultChain _, CredentialSource.Rrsa _, CredentialSource.EcsRole _ ->
          Identity.OBTAINED;
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
