package dev.kmsagent.adapters.kms.pods;

import dev.kmsagent.adapters.kms.credentials.AccessKeyCredentials;
import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.adapters.kms.credentials.TokenExchange;
import dev.kmsagent.adapters.kms.resilience.CircuitBreakingSecretSource;
import dev.kmsagent.adapters.kms.resilience.FairBulkhead;
import dev.kmsagent.adapters.kms.resilience.FairBulkhead.Group;
import dev.kmsagent.adapters.kms.resilience.FairCalls;
import dev.kmsagent.adapters.kms.resilience.KmsCalls;
import dev.kmsagent.adapters.kms.resilience.RateLimitedCalls;
import dev.kmsagent.adapters.kms.resilience.RetryingSecretSource;
import dev.kmsagent.adapters.kms.resilience.SigningSecretSource;
import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.event.AgentEvent;
import dev.kmsagent.domain.event.CallerEvent;
import dev.kmsagent.domain.event.KmsEvent.BreakerChanged;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.port.out.AssumeRole;
import dev.kmsagent.domain.port.out.SecretSource;
import dev.kmsagent.domain.port.out.VerifyPodToken;
import dev.kmsagent.domain.time.TimeSources;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * The access of pods to KMS, each by its own token. Thread-safe. It is started once and closed
 * once.
 */
public final class PodAccess implements AutoCloseable {
  private final KmsConfig config;
  private final KmsCalls calls;
  private final TimeSources timing;
  private final AgentEvents events;
  private final StsRole.Exchanges sts;
  private final FairBulkhead bulkhead;
  private final int mostKnown;

  /** The connection to the cluster, where it trusts other authorities than that to the cloud. */
  private final Optional<CloudConnection> own;

  private final ClusterKeys keys;
  private final VerifyPodToken tokens;

  /**
   * Opens no connection yet.
   *
   * @param connection to STS, and to the issuer of the tokens
   * @param calls of KMS, which all roles share
   * @throws java.io.UncheckedIOException when a file of authorities is unusable
   */
  public PodAccess(
      CredentialSource.PodIdentity pods,
      KmsConfig config,
      CloudConnection connection,
      KmsCalls calls,
      AgentEvents events) {
    this.config = config;
    this.calls = calls;
    this.timing = connection.timing();
    this.events = events;
    var executor = connection.executor();
    this.sts =
        new StsRole.Exchanges(
            new TokenExchange(connection, pods.stsEndpoint(), pods.oidcProviderArn()),
            new FairBulkhead(StsRole.MAX_EXCHANGES, timing, executor),
            executor);
    this.bulkhead = new FairBulkhead(FairCalls.MAX_CALLS, timing, executor);
    this.mostKnown = RateLimitedCalls.MOST_KNOWN / pods.maxTenants();
    this.own = pods.jwksCaFile().map(file -> connection.trustingOnly(file, events));
    this.keys =
        new ClusterKeys(
            new JwksSource(pods, own.orElse(connection))::fetch, executor, timing, events);
    this.tokens = new JwtPodTokenVerifier(pods, keys, timing.clocks());
  }

  /** Begins to fetch the keys of the cluster. */
  public void start() {
    keys.start();
  }

  /** Verifies the tokens of pods. */
  public VerifyPodToken tokens() {
    return tokens;
  }

  /** A role to assume; its keys share one limit of calls and one circuit breaker. */
  public AssumeRole role(Principal role) {
    var limited = new RateLimitedCalls(calls, config.maxCallsPerSecond(), mostKnown, timing);
    var breaker =
        CircuitBreakingSecretSource.breaker(
            config.circuitBreaker(),
            timing.clock(),
            change -> events.publish(ofRole(role, (BreakerChanged) change)));
    BiFunction<Group, SigningKey, SecretSource> secrets =
        (group, key) -> {
          var retrying = retrying(new FairCalls(limited, bulkhead, group, events), key);
          return config.circuitBreaker().enabled()
              ? new CircuitBreakingSecretSource(retrying, breaker)
              : retrying;
        };
    return new StsRole(role, sts, secrets, timing.clocks());
  }

  /** The circuit breaker of one role says nothing about the others, and so about the agent. */
  private static AgentEvent ofRole(Principal role, BreakerChanged change) {
    return new CallerEvent.RoleBreakerChanged(role, change.to());
  }

  private SecretSource retrying(KmsCalls fair, SigningKey key) {
    var signing = new SigningSecretSource(fair, new AccessKeyCredentials(key), timing);
    return new RetryingSecretSource(signing, config.maxAttempts(), timing);
  }

  /** Fetches keys no more. The connection to the cloud, which was passed in, stays open. */
  @Override
  public void close() {
    keys.close();
    own.ifPresent(CloudConnection::close);
  }
}
