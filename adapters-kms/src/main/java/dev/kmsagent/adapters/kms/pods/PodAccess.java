package dev.kmsagent.adapters.kms.pods;

import dev.kmsagent.adapters.kms.credentials.TokenExchange;
import dev.kmsagent.adapters.kms.resilience.FairBulkhead;
import dev.kmsagent.adapters.kms.resilience.ProtectedCalls;
import dev.kmsagent.adapters.kms.resilience.RateLimitedCalls;
import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.port.out.AssumeRole;
import dev.kmsagent.domain.port.out.DurableRecord;
import dev.kmsagent.domain.port.out.VerifyPodToken;
import java.net.URI;
import java.util.Optional;

/**
 * The access of pods to KMS, each by its own token. Thread-safe. It is started once and closed
 * once.
 */
public final class PodAccess implements AutoCloseable {
  private final ProtectedCalls kms;
  private final TokenExchange sts;
  private final FairBulkhead exchanges;
  private final int mostKnown;

  /** The connection to the cluster, where it trusts other authorities than that to the cloud. */
  private final Optional<CloudConnection> own;

  private final ClusterKeys keys;
  private final VerifyPodToken tokens;

  /**
   * Opens no connection yet.
   *
   * @param connection to STS, and to the issuer of the tokens
   * @param kms which all roles share
   * @param records of what outlives a restart
   * @throws java.io.UncheckedIOException when a file of authorities is unusable
   */
  public PodAccess(
      CredentialSource.PodIdentity pods,
      CloudConnection connection,
      ProtectedCalls kms,
      AgentEvents events,
      DurableRecord records) {
    this.kms = kms;
    var timing = connection.timing();
    var executor = connection.executor();
    this.sts =
        new TokenExchange(connection, pods.stsEndpoint(), pods.oidcProviderArn(), pods.keyLife());
    this.exchanges = new FairBulkhead(StsRole.MAX_EXCHANGES, timing, executor);
    this.mostKnown = RateLimitedCalls.MOST_KNOWN / pods.maxTenants();
    var issuer = pods.issuer().toString();
    var jwks = pods.jwksUri().map(URI::toString).orElse("discovery");
    this.own = pods.jwksCaFile().map(file -> connection.trustingOnly(file, events));
    this.keys =
        new ClusterKeys(
            new JwksSource(pods, own.orElse(connection))::fetch,
            executor,
            timing,
            events,
            records.under("cluster-keys", issuer, pods.audience(), jwks));
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

  /**
   * A role to assume; its keys share one limit of calls and one circuit breaker, which says nothing
   * about other roles, and so about the agent.
   */
  public AssumeRole role(Principal role) {
    return new StsRole(role, sts, exchanges, kms.ofRole(mostKnown, _ -> {}));
  }

  /** Fetches keys no more. The connection to the cloud, which was passed in, stays open. */
  @Override
  public void close() {
    keys.close();
    own.ifPresent(CloudConnection::close);
  }
}
