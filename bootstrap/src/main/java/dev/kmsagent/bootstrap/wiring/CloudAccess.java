package dev.kmsagent.bootstrap.wiring;

import dev.kmsagent.adapters.kms.AliyunKmsCalls;
import dev.kmsagent.adapters.kms.credentials.AccessKeyCredentials;
import dev.kmsagent.adapters.kms.credentials.CredentialType;
import dev.kmsagent.adapters.kms.credentials.CredentialTypes;
import dev.kmsagent.adapters.kms.credentials.CredentialsProvider;
import dev.kmsagent.adapters.kms.credentials.RefreshingCredentials;
import dev.kmsagent.adapters.kms.pods.PodAccess;
import dev.kmsagent.adapters.kms.resilience.BoundedCalls;
import dev.kmsagent.adapters.kms.resilience.FairBulkhead;
import dev.kmsagent.adapters.kms.resilience.ProtectedCalls;
import dev.kmsagent.adapters.kms.resilience.RateLimitedCalls;
import dev.kmsagent.adapters.kms.resilience.SigningSecretSource;
import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.adapters.kms.transport.HostProbe;
import dev.kmsagent.config.Authorities;
import dev.kmsagent.config.CredentialSource.PodIdentity;
import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.port.out.DurableRecord;
import dev.kmsagent.domain.port.out.SecretSource;
import dev.kmsagent.domain.time.TimeSources;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Access to the cloud as a configuration describes it: one connection, credentials, and KMS behind
 * both. Thread-safe. It is closed once.
 */
public final class CloudAccess implements AutoCloseable {
  private final TimeSources timing;
  private final AgentEvents events;
  private final DurableRecord records;
  private final Executor waiting =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("kms").factory());

  /**
   * They are platform threads: a file operation that hangs, on a network file system or a named
   * pipe, would keep the carrier of a virtual thread, and two of those stop every virtual thread on
   * two cores. Who reads a file has one read of it under way at a time, which bounds the number of
   * these threads. An idle one ends after a minute.
   */
  private final ExecutorService files =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("files").factory());

  private final CloudConnection connection;
  private final CredentialsProvider credentials;
  private final AliyunKmsCalls kms;
  private final ProtectedCalls protectedCalls;

  /**
   * Opens no connection and asks for no key yet.
   *
   * @param records of what outlives a restart
   */
  public CloudAccess(
      KmsConfig config, TimeSources timing, AgentEvents events, DurableRecord records) {
    this.timing = timing;
    this.events = events;
    this.records = records;
    this.connection =
        new CloudConnection(
            config.transport(), Authorities.ofSystem(), waiting, files, timing, events);
    this.credentials = credentials(CredentialTypes.of(config.credentials()));
    this.kms = new AliyunKmsCalls(connection);
    var calls = new BoundedCalls(kms, config.transport().readTimeout(), timing, events);
    var bulkhead = new FairBulkhead(ProtectedCalls.MAX_CALLS, timing, waiting);
    this.protectedCalls = new ProtectedCalls(calls, config, bulkhead, timing, events);
  }

  private CredentialsProvider credentials(CredentialType type) {
    return type instanceof CredentialType.Issued issued
        ? new RefreshingCredentials(
            issued.issuer(connection), waiting, timing, events, recordsOf(issued))
        : (AccessKeyCredentials) type;
  }

  /** An agent with another issuer, role or KMS finds nothing in them. */
  private DurableRecord recordsOf(CredentialType.Issued type) {
    return records
        .under("principal", connection.config().endpoint().authority())
        .under(type.origin().toArray(String[]::new));
  }

  /** Creates what the first call needs, which takes a moment; it makes no call. */
  public void prepare() {
    kms.prepare();
  }

  /** The credentials that sign the calls; no key is asked for before they are started or used. */
  public CredentialsProvider credentials() {
    return credentials;
  }

  /** Single calls of KMS: without retries, limits and circuit breaker. */
  public SecretSource kms() {
    return new SigningSecretSource(protectedCalls.calls(), credentials, timing);
  }

  /** KMS with everything that protects it and the agent. */
  public SecretSource protectedKms() {
    return protectedCalls
        .ofRole(RateLimitedCalls.MOST_KNOWN, events)
        .apply(Optional.empty(), credentials);
  }

  /** The access of pods by their own tokens, which the caller starts and closes. */
  public PodAccess pods(PodIdentity pods, DurableRecord records) {
    return new PodAccess(pods, connection, protectedCalls, events, records);
  }

  /** What it was made with. */
  public TimeSources timing() {
    return timing;
  }

  /** Threads for reading files. */
  Executor files() {
    return files;
  }

  /** Probes hosts over the same connection. */
  public HostProbe probe() {
    return new HostProbe(connection);
  }

  /** Breaks off the calls under way. */
  @Override
  public void close() {
    connection.close();
    credentials.close();
    files.shutdown();
  }
}
