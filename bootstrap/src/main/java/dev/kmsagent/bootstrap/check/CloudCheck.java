package dev.kmsagent.bootstrap.check;

import dev.kmsagent.adapters.cache.redis.RedisProbe;
import dev.kmsagent.adapters.kms.credentials.CredentialType;
import dev.kmsagent.adapters.kms.credentials.CredentialTypes;
import dev.kmsagent.adapters.kms.credentials.CredentialsProvider.Outcome;
import dev.kmsagent.adapters.kms.transport.HostProbe.Probe;
import dev.kmsagent.bootstrap.check.Finding.Grade;
import dev.kmsagent.bootstrap.wiring.CloudAccess;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.PodToken;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.SecretSource;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Checks the cloud with the configuration of an agent: its hosts, the identity, the shared cache,
 * the secrets; and reports the policies that RAM must hold. It calls STS, KMS and Redis, and waits
 * for them. Not thread-safe.
 */
public final class CloudCheck {
  private static final String SIGNING = "credentials";
  private static final String REDIS = "Redis entries";

  /** KMS refuses a call whose time is further off (its error {@code RequestTimeTooSkewed}). */
  private static final Duration MOST_SKEW = Duration.ofMinutes(15);

  /** A clock that is kept by NTP is better than this by far. */
  private static final Duration WORTH_A_WORD = Duration.ofSeconds(30);

  private final AgentConfig config;
  private final CredentialType credentials;
  private final CloudAccess cloud;
  private final Report report;
  private final Clocks clocks;

  public CloudCheck(AgentConfig config, CloudAccess cloud, Report report, Clocks clocks) {
    this.config = config;
    this.credentials = CredentialTypes.of(config.kms().credentials());
    this.cloud = cloud;
    this.report = report;
    this.clocks = clocks;
  }

  /**
   * Checks everything in the order in which an agent needs it, and reports each finding at once.
   *
   * @param secrets to read, to see whether the identity may
   * @param pod the token of a pod, where each has its own role
   */
  public void check(List<SecretName> secrets, Optional<PodToken> pod) {
    var kms = checkHost("KMS", config.kms().transport().endpoint().uri());
    credentials.sts().ifPresent(sts -> checkHost("STS", sts));
    var readable =
        config.kms().credentials() instanceof CredentialSource.PodIdentity pods
            ? ofPod(pods, pod)
            : ofAgent();
    config
        .cache()
        .redis()
        .ifPresent(redis -> report.check(REDIS, Grade.WARNING, () -> share(redis)));
    if (kms == Grade.PROBLEM || readable.isEmpty()) {
      skipSecrets("They cannot be read before the above is solved.");
    } else if (secrets.isEmpty()) {
      skipSecrets("Name one with --secret NAME to see whether it may be read.");
    } else {
      secrets.forEach(
          name -> report.check("secret " + name, Grade.PROBLEM, () -> read(name, readable.get())));
    }
    new PolicyAdvice(credentials, report).print(config.kms().region(), secrets);
  }

  private void skipSecrets(String reason) {
    report.add(new Finding(Grade.SKIPPED, "secrets", reason));
  }

  private Grade checkHost(String name, URI host) {
    return report.check(name + " answer", Grade.PROBLEM, () -> ask(name, host));
  }

  private Finding ask(String name, URI host) {
    return switch (cloud.probe().probe(name, host)) {
      case Probe.Failed(var reason) ->
          Finding.problem(name + " answer", host.getAuthority() + ": " + reason);
      case Probe.Answered(var clockAhead) -> judge(name, host, clockAhead.orElse(Duration.ZERO));
    };
  }

  private static Finding judge(String name, URI host, Duration clockAhead) {
    var off =
        "This machine's clock is %d s %s. Beyond 15 min every call is refused: set it by NTP."
            .formatted(clockAhead.abs().toSeconds(), clockAhead.isNegative() ? "behind" : "ahead");
    if (clockAhead.abs().compareTo(MOST_SKEW) >= 0) {
      return Finding.problem(name + " clock", off);
    }
    return clockAhead.abs().compareTo(WORTH_A_WORD) >= 0
        ? Finding.warning(name + " clock", off)
        : Finding.ok(name + " answer", host.getAuthority() + " answers.");
  }

  /** What the agent's own key reads with. */
  private Optional<SecretSource> ofAgent() {
    return report.check(SIGNING, Grade.PROBLEM, this::obtainKey) == Grade.PROBLEM
        ? Optional.empty()
        : Optional.of(cloud.kms());
  }

  /** What the key that STS gives a pod reads with. */
  private Optional<SecretSource> ofPod(
      CredentialSource.PodIdentity pods, Optional<PodToken> token) {
    if (token.isEmpty()) {
      report.add(
          new Finding(
              Grade.SKIPPED, "pod token", "Give the file of a pod's token with --pod-token FILE."));
      return Optional.empty();
    }
    try (var access = cloud.pods(pods, new SecureRandom())) {
      var result = new PodCheck(pods, access).check(token.get());
      report.add(result.finding());
      return result.secrets();
    }
  }

  private Finding obtainKey() {
    return switch (cloud.credentials().obtain().toCompletableFuture().join()) {
      case Outcome.Obtained _ -> Finding.ok(SIGNING, "There is a key to sign calls with.");
      case Outcome.Missing(var reason) -> Finding.problem(SIGNING, Finding.explain(reason));
    };
  }

  /** No finding is a problem: each agent can do without. */
  private Finding share(RedisConfig redis) {
    try (var probe = new RedisProbe(redis, new SecureRandom(), clocks)) {
      return probe
          .obstacle()
          .map(
              why ->
                  Finding.warning(
                      REDIS, why + " The agent works without it: reads go on from KMS."))
          .orElseGet(() -> Finding.ok(REDIS, "One was written, read, revoked and taken away."));
    }
  }

  private Finding read(SecretName name, SecretSource source) {
    var deadline = clocks.agent().instant().plus(config.server().requestTimeout());
    var outcome = source.fetch(SecretQuery.current(name), deadline).toCompletableFuture().join();
    return outcome instanceof NoSecret reason
        ? Finding.problem("secret " + name, Finding.explain(reason))
        : Finding.ok("secret " + name, "It may be read.");
  }
}
