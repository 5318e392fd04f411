package dev.kmsagent.bootstrap.check;

import dev.kmsagent.adapters.cache.redis.RedisProbe;
import dev.kmsagent.adapters.kms.credentials.CredentialType;
import dev.kmsagent.adapters.kms.credentials.CredentialTypes;
import dev.kmsagent.adapters.kms.credentials.CredentialsProvider.Outcome;
import dev.kmsagent.adapters.kms.credentials.PodCredentials;
import dev.kmsagent.adapters.kms.credentials.RamPolicy;
import dev.kmsagent.adapters.kms.transport.HostProbe.Probe;
import dev.kmsagent.bootstrap.wiring.CloudAccess;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.CacheStore;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.out.DurableRecord;
import dev.kmsagent.domain.port.out.SecretSource;
import dev.kmsagent.domain.time.TimeSources;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Checks the cloud with the configuration of an agent: its hosts, the identity, the shared cache,
 * the secrets; and prints the policies that RAM must hold. It calls STS, KMS and Redis, and waits
 * for them. Not thread-safe.
 */
public final class CloudCheck {
  private static final String READING = "secrets";
  private static final String SIGNING = "credentials";
  private static final String REDIS = "Redis entries";
  private static final String ANY = "*";

  /** KMS refuses a call whose time is further off (its error {@code RequestTimeTooSkewed}). */
  private static final Duration MOST_SKEW = Duration.ofMinutes(15);

  /** A clock that is kept by NTP is better than this by far. */
  private static final Duration WORTH_A_WORD = Duration.ofSeconds(30);

  private final AgentConfig config;
  private final Optional<ConfidentialText> pod;
  private final CredentialType credentials;
  private final CloudAccess cloud;
  private final Report report;
  private final TimeSources timing;

  /**
   * Calls nothing yet.
   *
   * @param pod the token of a pod, where each has its own role
   */
  public CloudCheck(
      AgentConfig config, CloudAccess cloud, Optional<ConfidentialText> pod, Report report) {
    this.config = config;
    this.pod = pod;
    this.credentials = CredentialTypes.of(config.kms().credentials());
    this.cloud = cloud;
    this.report = report;
    this.timing = cloud.timing();
  }

  /**
   * Checks everything in the order in which an agent needs it, and reports each finding at once.
   *
   * @param secrets to read, to see whether the identity may
   */
  public void check(List<SecretName> secrets) {
    var reachesKms = reaches("KMS", config.kms().transport().endpoint().uri());
    credentials.sts().ifPresent(sts -> reaches("STS", sts));
    var readable =
        config.kms().credentials() instanceof CredentialSource.PodIdentity pods
            ? ofPod(pods)
            : ofAgent();
    switch (config.cache().store()) {
      case CacheStore.InMemory _, CacheStore.InFolder _ -> {}
      case CacheStore.Redis(var redis) -> share(redis);
    }
    if (!reachesKms || readable.isEmpty()) {
      report.skipped(READING, "They cannot be read before the above is solved.");
    } else if (secrets.isEmpty()) {
      report.skipped(
          READING, "Give --secret NAME: until one is read, nothing shows that KMS takes the key.");
    } else {
      secrets.forEach(name -> read(name, readable.get()));
    }
    printPolicies(secrets);
  }

  /** Whether it answers, and takes this machine's clock for right. */
  private boolean reaches(String name, URI host) {
    return switch (cloud.probe().probe(name, host)) {
      case Probe.Failed(var reason) -> {
        report.problem(name + " answer", host.getAuthority() + ": " + reason);
        yield false;
      }
      case Probe.Answered(var clockAhead) -> isInTime(name, host, clockAhead.orElse(Duration.ZERO));
    };
  }

  private boolean isInTime(String name, URI host, Duration clockAhead) {
    var off =
        "This machine's clock is %d s %s. Beyond 15 min every call is refused: set it by NTP."
            .formatted(clockAhead.abs().toSeconds(), clockAhead.isNegative() ? "behind" : "ahead");
    if (clockAhead.abs().compareTo(MOST_SKEW) >= 0) {
      report.problem(name + " clock", off);
      return false;
    }
    if (clockAhead.abs().compareTo(WORTH_A_WORD) >= 0) {
      report.warning(name + " clock", off);
    } else {
      report.ok(name + " answer", host.getAuthority() + " answers.");
    }
    return true;
  }

  /** What the agent's own key reads with. */
  private Optional<SecretSource> ofAgent() {
    return switch (cloud.credentials().obtain().toCompletableFuture().join()) {
      case Outcome.Obtained(var signingKey) -> {
        report.ok(SIGNING, "There is a key to sign calls with: " + signingKey.id() + ".");
        yield Optional.of(cloud.kms());
      }
      case Outcome.Missing(var reason) -> {
        report.problem(SIGNING, Report.explain(reason));
        yield Optional.empty();
      }
    };
  }

  /** What the key that STS gives a pod reads with. */
  private Optional<SecretSource> ofPod(CredentialSource.PodIdentity pods) {
    if (pod.isEmpty()) {
      report.skipped(PodCheck.SUBJECT, "Give the file of a pod's token with --pod-token FILE.");
      return Optional.empty();
    }
    try (var access = cloud.pods(pods, DurableRecord.NONE)) {
      return new PodCheck(pods, access, report).check(pod.get());
    }
  }

  /** No finding is a problem: each agent can do without. */
  private void share(RedisConfig redis) {
    try (var probe = new RedisProbe(redis, timing.clocks())) {
      probe
          .obstacle()
          .ifPresentOrElse(
              why ->
                  report.warning(REDIS, why + " The agent works without it: reads go on from KMS."),
              () -> report.ok(REDIS, "One was written, read, revoked and taken away."));
    }
  }

  private void read(SecretName name, SecretSource source) {
    var deadline = timing.now().plus(config.server().requestTimeout());
    var outcome = source.fetch(SecretQuery.current(name), deadline).toCompletableFuture().join();
    if (outcome instanceof NoSecret reason) {
      report.problem("secret " + name, Report.explain(reason) + whereItHangs(reason));
    } else {
      report.ok("secret " + name, "It may be read.");
    }
  }

  /** It is only read after KMS has answered a request that is not signed. */
  private static String whereItHangs(NoSecret reason) {
    return reason instanceof Unavailable(var cause, _, _)
            && (cause == Cause.TIMEOUT || cause == Cause.DEADLINE)
        ? " It answers other requests, so that KMS is slow or hangs, and not the network."
        : "";
  }

  /** The least that RAM must hold: for the caller of KMS, and the trust of its role. */
  private void printPolicies(List<SecretName> secrets) {
    var names = secrets.stream().map(SecretName::value).toList();
    var region = config.kms().region().orElse(ANY);
    print("permission", RamPolicy.permission(region, credentials.account().orElse(ANY), names));
    if (secrets.isEmpty()) {
      report.line("Better name the secrets in it: give each to this command with --secret NAME.");
    }
    report.line(
        "Where a secret is encrypted with a key of your own, allow kms:Decrypt on that key, too.");
    credentials.trustPolicy().ifPresent(policy -> print("trust", policy));
  }

  private void print(String kind, String policy) {
    report.line("");
    report.line(filledIn("The %s policy that %s needs:".formatted(kind, credentials.holder())));
    report.line(filledIn(policy));
  }

  /** With the service account of the pod, where its token tells it. */
  private String filledIn(String text) {
    return pod.flatMap(PodCredentials::subject)
        .map(
            it ->
                text.replace("{namespace}", it.namespace())
                    .replace("{serviceAccount}", it.serviceAccount())
                    .replace(PodCredentials.ANY_POD, it.toString()))
        .orElse(text);
  }
}
