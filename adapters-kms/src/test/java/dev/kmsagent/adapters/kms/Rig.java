package dev.kmsagent.adapters.kms;

import dev.kmsagent.adapters.kms.credentials.CredentialsProvider;
import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.adapters.kms.credentials.StaticCredentials;
import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.adapters.kms.transport.KmsSettings;
import dev.kmsagent.adapters.kms.transport.Proxying;
import dev.kmsagent.adapters.kms.transport.Trust;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.Scheduler;
import dev.kmsagent.domain.port.SecretSource;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** What the source needs of the world, for real: threads, timers, time. */
final class Rig implements Scheduler, AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(20);

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();

  static CredentialsProvider accessKey(String id, String secret) {
    return new StaticCredentials(SigningKey.longLived(id, secret));
  }

  static KmsSettings settings(URI endpoint) {
    return settings(endpoint, new Trust.SystemAuthorities(), new Proxying.Direct());
  }

  static KmsSettings settings(URI endpoint, Trust trust, Proxying proxying) {
    return new KmsSettings(endpoint, PATIENCE, PATIENCE, trust, proxying);
  }

  static KmsSettings withReadTimeout(KmsSettings settings, Duration timeout) {
    return new KmsSettings(
        settings.endpoint(),
        settings.connectTimeout(),
        timeout,
        settings.trust(),
        settings.proxying());
  }

  AliyunSecretSource source(KmsSettings settings, CredentialsProvider credentials) {
    return source(settings, credentials, _ -> {});
  }

  AliyunSecretSource source(
      KmsSettings settings, CredentialsProvider credentials, AgentEvents events) {
    return new AliyunSecretSource(
        connection(settings, events), credentials, threads, this, InstantSource.system());
  }

  CloudConnection connection(KmsSettings settings, AgentEvents events) {
    return CloudConnection.open(settings, threads, events);
  }

  static FetchOutcome fetch(SecretSource source, SecretQuery query) {
    return fetch(source, query, PATIENCE);
  }

  static FetchOutcome fetch(SecretSource source, SecretQuery query, Duration patience) {
    var deadline = InstantSource.system().instant().plus(patience);
    return source.fetch(query, deadline).toCompletableFuture().join();
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    var timer = timers.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    return () -> timer.cancel(false);
  }

  ExecutorService threads() {
    return threads;
  }

  @Override
  public void close() {
    threads.close();
    timers.shutdownNow();
  }
}
