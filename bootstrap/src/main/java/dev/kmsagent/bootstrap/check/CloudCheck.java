package dev.kmsagent.bootstrap.check;

import dev.kmsagent.adapters.cache.redis.RedisProbe;
import dev.kmsagent.adapters.kms.credentials.CredentialType;
import dev.kmsagent.adapters.kms.credentials.CredentialTypes;
import dev.kmsagent.bootstrap.check.HostCheck.Reach;
import dev.kmsagent.bootstrap.check.IdentityCheck.Identity;
import dev.kmsagent.bootstrap.wiring.CloudAccess;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.CacheConfig.CacheEngine;
import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.domain.SecretName;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;

/**
 * Checks the cloud with the configuration of an agent: its hosts, the identity, the shared cache,
 * the secrets; and reports the policies that RAM must hold. It calls STS, KMS and Redis, and waits
 * for them. Not thread-safe.
 */
public final class CloudCheck {
  private final KmsConfig config;
  private final CacheEngine cache;
  private final CloudAccess cloud;
  private final Report report;
  private final Clocks clocks;
  private final HostCheck hosts;

  public CloudCheck(AgentConfig config, CloudAccess cloud, Report report, Clocks clocks) {
    this.config = config.kms();
    this.cache = config.cache().engine();
    this.cloud = cloud;
    this.report = report;
    this.clocks = clocks;
    this.hosts = new HostCheck(cloud.probe(), report);
  }

  /**
   * Checks everything in the order in which an agent needs it, and reports each finding at once.
   *
   * @param secrets to read, to see whether the identity may
   * @param timeout of one secret
   */
  public void check(List<SecretName> secrets, Duration timeout) throws InterruptedException {
    var reach = hosts.check("KMS", config.transport().endpoint().uri());
    var credentials = CredentialTypes.of(config.credentials());
    checkToken(credentials);
    var identity = new IdentityCheck(cloud.credentials(), report).check();
    checkCache();
    checkSecrets(secrets, reach, identity, timeout);
    var advice = new PolicyAdvice(credentials, report);
    advice.permission(config.region(), secrets);
    credentials.trustPolicy().ifPresent(advice::trust);
  }

  /** What is exchanged for a key, and where, if this type of credentials does so. */
  private void checkToken(CredentialType credentials) throws InterruptedException {
    credentials.tokenFile().ifPresent(new OidcTokenCheck(report, clocks.wall())::check);
    var sts = credentials.sts();
    if (sts.isPresent()) {
      hosts.check("STS", sts.get());
    }
  }

  private void checkCache() {
    switch (cache) {
      case CacheEngine.InMemory() -> {}
      case CacheEngine.Redis(var redis) -> {
        try (var probe = new RedisProbe(redis, new SecureRandom(), clocks)) {
          new CacheCheck(redis, probe, report).check();
        }
      }
    }
  }

  private void checkSecrets(
      List<SecretName> secrets, Reach kms, Identity identity, Duration timeout) {
    if (secrets.isEmpty()) {
      report.add(
          Finding.skipped("secrets", "Name one with --secret NAME to see whether it may be read."));
    } else if (kms == Reach.DOES_NOT_ANSWER || identity == Identity.UNKNOWN) {
      report.add(Finding.skipped("secrets", "They cannot be read before the above is solved."));
    } else {
      var check = new SecretCheck(cloud.kms(), timeout, report, clocks.agent());
      secrets.forEach(check::check);
    }
  }
}
