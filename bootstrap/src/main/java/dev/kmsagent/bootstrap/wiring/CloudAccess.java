package dev.kmsagent.bootstrap.wiring;

import dev.kmsagent.adapters.kms.AliyunSecretSource;
import dev.kmsagent.adapters.kms.credentials.CredentialsProvider;
import dev.kmsagent.adapters.kms.credentials.DefaultChainKeyIssuer;
import dev.kmsagent.adapters.kms.credentials.EcsRamRoleKeyIssuer;
import dev.kmsagent.adapters.kms.credentials.KeyIssuer;
import dev.kmsagent.adapters.kms.credentials.RefreshTiming;
import dev.kmsagent.adapters.kms.credentials.RefreshingCredentials;
import dev.kmsagent.adapters.kms.credentials.RrsaKeyIssuer;
import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.adapters.kms.credentials.StaticCredentials;
import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.adapters.kms.transport.HostProbe;
import dev.kmsagent.config.CredentialSource.AccessKey;
import dev.kmsagent.config.CredentialSource.DefaultChain;
import dev.kmsagent.config.CredentialSource.EcsRole;
import dev.kmsagent.config.CredentialSource.InstanceRole;
import dev.kmsagent.config.CredentialSource.Rrsa;
import dev.kmsagent.config.CredentialSource.TemporaryAccessKey;
import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.Scheduler;
import dev.kmsagent.domain.port.SecretSource;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The way to the cloud as a configuration describes it: one connection, an identity, and KMS behind
 * both. Thread-safe. It is closed once.
 */
public final class CloudAccess implements AutoCloseable {
  private final Scheduler scheduler;
  private final InstantSource clock;
  private final AgentEvents events;
  private final Executor waiting =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("kms").factory());
  private final CloudConnection connection;
  private final CredentialsProvider credentials;
  private final AliyunSecretSource kms;

  /** Opens no connection and asks nobody for a key yet. */
  public CloudAccess(
      KmsConfig config, Scheduler scheduler, InstantSource clock, AgentEvents events) {
    this.scheduler = scheduler;
    this.clock = clock;
    this.events = events;
    this.connection = CloudConnection.open(Settings.kms(config.transport()), waiting, events);
    this.credentials = credentials(config.credentials());
    this.kms = new AliyunSecretSource(connection, credentials, waiting, scheduler, clock);
  }

  private CredentialsProvider credentials(dev.kmsagent.config.CredentialSource config) {
    return switch (config) {
      case DefaultChain() -> renewed(new DefaultChainKeyIssuer());
      case AccessKey(var id, var secret) ->
          new StaticCredentials(SigningKey.longLived(id, secret.reveal()));
      case TemporaryAccessKey(var id, var secret, var token) ->
          new StaticCredentials(SigningKey.temporary(id, secret.reveal(), token.reveal()));
      case Rrsa rrsa -> renewed(new RrsaKeyIssuer(Settings.rrsa(rrsa), connection));
      case EcsRole(InstanceRole.Named(var name)) -> renewed(EcsRamRoleKeyIssuer.named(name));
      case EcsRole(InstanceRole.Found()) -> renewed(EcsRamRoleKeyIssuer.found());
    };
  }

  private CredentialsProvider renewed(KeyIssuer issuer) {
    var timing =
        new RefreshTiming(clock, scheduler, () -> ThreadLocalRandom.current().nextDouble());
    return new RefreshingCredentials(issuer, waiting, timing, events);
  }

  /** Makes what the first call needs, which takes a moment; it calls nobody. */
  public void prepare() {
    kms.prepare();
  }

  /** Whose key calls are signed with; nobody is asked for one before it is started or used. */
  public CredentialsProvider credentials() {
    return credentials;
  }

  /** KMS, each call once and as it is: without retries, limits or breaker. */
  public SecretSource kms() {
    return kms;
  }

  /** Asks hosts over the same connection. */
  public HostProbe probe() {
    return new HostProbe(connection, clock);
  }

  /** Breaks off what is still going on. */
  @Override
  public void close() {
    kms.close();
  }
}
