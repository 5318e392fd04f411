package dev.kmsagent.adapters.kms;

import dev.kmsagent.adapters.kms.credentials.AccessKeyCredentials;
import dev.kmsagent.adapters.kms.credentials.CredentialsProvider;
import dev.kmsagent.adapters.kms.credentials.EcsRoleCredentials;
import dev.kmsagent.adapters.kms.credentials.KeyIssuer;
import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.adapters.kms.resilience.BoundedCalls;
import dev.kmsagent.adapters.kms.resilience.SigningSecretSource;
import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.config.Authorities;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.config.Endpoint;
import dev.kmsagent.config.Endpoint.Protocol;
import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.config.Proxy;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.port.out.Scheduler;
import dev.kmsagent.domain.port.out.SecretSource;
import dev.kmsagent.domain.time.Clocks;
import dev.kmsagent.domain.time.TimeSources;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.emulator.http.EmulatorTime;
import dev.kmsagent.emulator.http.HttpHandler;
import dev.kmsagent.emulator.http.HttpListener;
import dev.kmsagent.emulator.http.SocketEndpoint;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.RealTime;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ServerSocketFactory;

/** What the source needs of the world, for real: threads, timers, time. */
final class Rig implements Scheduler, AutoCloseable {
  static final Duration PATIENCE = Patience.limit();

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ExecutorService files =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());
  private final RealTime timers = new RealTime();
  private boolean isProxied;

  static CredentialsProvider accessKey(String id, String secret) {
    return new AccessKeyCredentials(SigningKey.longLived(id, secret));
  }

  static KmsConfig.Transport settings(URI endpoint) {
    return settings(endpoint, Optional.empty(), Optional.empty());
  }

  static KmsConfig.Transport settings(
      URI endpoint, Optional<Path> trust, Optional<Proxy> proxying) {
    return new KmsConfig.Transport(endpoint(endpoint), trust, proxying, PATIENCE, PATIENCE);
  }

  static KmsConfig.Transport withReadTimeout(KmsConfig.Transport settings, Duration timeout) {
    return new KmsConfig.Transport(
        settings.endpoint(),
        settings.caFile(),
        settings.proxy(),
        settings.connectTimeout(),
        timeout);
  }

  private static Endpoint endpoint(URI uri) {
    var protocol = Protocol.valueOf(uri.getScheme().toUpperCase(Locale.ROOT));
    return new Endpoint(
        protocol, uri.getHost(), uri.getPort() < 0 ? protocol.defaultPort() : uri.getPort());
  }

  Kms source(KmsConfig.Transport settings, CredentialsProvider credentials) {
    return kms(connection(settings, _ -> {}), credentials, _ -> {});
  }

  Kms kms(CloudConnection connection, CredentialsProvider credentials, AgentEvents events) {
    var timing = connection.timing();
    var calls =
        new BoundedCalls(
            new AliyunKmsCalls(connection), connection.config().readTimeout(), timing, events);
    var single = new SigningSecretSource(calls, credentials, timing);
    return new Kms(connection, single, credentials);
  }

  /** KMS as a source that calls it once for each fetch. */
  record Kms(CloudConnection connection, SecretSource single, CredentialsProvider credentials)
      implements SecretSource, AutoCloseable {
    @Override
    public CompletionStage<FetchOutcome> fetch(SecretQuery query, Instant deadline) {
      return single.fetch(query, deadline);
    }

    @Override
    public void close() {
      connection.close();
      credentials.close();
    }
  }

  CloudConnection connection(KmsConfig.Transport settings, AgentEvents events) {
    var timing = new TimeSources(Clocks.of(InstantSource.system()), this, () -> 0.5);
    return new CloudConnection(settings, Authorities.ofSystem(), threads, files, timing, events);
  }

  /** The role of this name at the emulated STS, for the token in a file. */
  static CredentialSource.Rrsa rrsa(
      KmsEmulator emulator, String role, Path tokenFile, Duration life) {
    return new CredentialSource.Rrsa(
        emulator.roles().arn(role),
        emulator.oidc().arn(),
        tokenFile,
        "a-session",
        new Endpoint(Protocol.HTTPS, "localhost", emulator.sts().port()),
        life);
  }

  /**
   * The metadata service, whose address is a fixed one that this machine does not have, is reached
   * at this port as if it were a proxy to it, until the end; for tests that lock {@code
   * Resources.SYSTEM_PROPERTIES}.
   */
  void proxyMetadata(int port) {
    isProxied = true;
    System.setProperty("http.proxyHost", "127.0.0.1");
    System.setProperty("http.proxyPort", Integer.toString(port));
  }

  KeyIssuer ecsRole() {
    return new EcsRoleCredentials(new CredentialSource.EcsRole(Optional.empty())).issuer(this);
  }

  KeyIssuer ecsRole(String name) {
    return new EcsRoleCredentials(new CredentialSource.EcsRole(Optional.of(name))).issuer(this);
  }

  static FetchOutcome fetch(SecretSource source, SecretQuery query) {
    var deadline = InstantSource.system().instant().plus(PATIENCE);
    return source.fetch(query, deadline).toCompletableFuture().join();
  }

  /** A server on loopback that answers as {@code handler} does. */
  static HttpListener listen(ServerSocketFactory sockets, HttpHandler handler) throws IOException {
    return HttpListener.open(
        SocketEndpoint.loopback(sockets, 0),
        Thread.ofVirtual().factory(),
        EmulatorTime.SYSTEM,
        handler);
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    return timers.schedule(delay, task);
  }

  ExecutorService threads() {
    return threads;
  }

  @Override
  public void close() {
    if (isProxied) {
      System.clearProperty("http.proxyHost");
      System.clearProperty("http.proxyPort");
    }
    threads.close();
    timers.close();
    files.shutdown();
  }
}
