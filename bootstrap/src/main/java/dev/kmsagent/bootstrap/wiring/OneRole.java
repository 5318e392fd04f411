package dev.kmsagent.bootstrap.wiring;

import dev.kmsagent.adapters.files.SecretFiles;
import dev.kmsagent.adapters.http.AgentHttpServer.Secrets;
import dev.kmsagent.adapters.http.files.TokenRotation;
import dev.kmsagent.application.CachedRetrieval;
import dev.kmsagent.application.Prefetch;
import dev.kmsagent.application.RetrievalPorts;
import dev.kmsagent.config.FilesConfig;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import dev.kmsagent.domain.port.out.SecretCache;
import dev.kmsagent.domain.port.out.SecretCache.Occupancy;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/** The secrets of the agent's own role, for all who show the token. */
final class OneRole implements ServedSecrets {
  private final Parts parts;
  private final SecretCache cache;
  private final Prefetch prefetch;
  private final TokenRotation rotation;
  private final Optional<SecretFiles> files;
  private final Secrets secrets;

  OneRole(Parts parts, TokenLookup.Found token, UnaryOperator<RetrieveSecret> audited) {
    this.parts = parts;
    var config = parts.config();
    var cloud = parts.cloud();
    var events = parts.events();
    var scheduler = parts.timing().scheduler();
    var settings = Parts.retrievalSettings(config);
    var kms = cloud.protectedKms();
    var renderer = parts.renderer();
    this.cache = parts.cache().ofOneRole(cloud.credentials());
    var retrieval =
        new CachedRetrieval(
                new RetrievalPorts(cache, renderer, cloud.credentials(), events),
                parts.timing(),
                settings)
            .with(kms);
    this.prefetch =
        new Prefetch(retrieval, events, parts.timing(), config.server().requestTimeout());
    var inForce = new AtomicReference<>(token.token());
    this.rotation = new TokenRotation(token.source(), inForce, events, scheduler, cloud.files());
    var retrieved = audited.apply(retrieval);
    this.files =
        config.files().isPresent()
            ? Optional.of(files(config.files().get(), parts, retrieved))
            : Optional.empty();
    this.secrets = new Secrets.OfOneRole(inForce::get, retrieved);
  }

  private static SecretFiles files(FilesConfig config, Parts parts, RetrieveSecret retrieval) {
    var thread = Thread.ofPlatform().daemon().name("secret-files").factory();
    return new SecretFiles(
        config,
        new SecretFiles.Ports(retrieval, parts.renderer(), parts.events()),
        parts.timing(),
        Parts.retrievalSettings(parts.config()).freshness().maxStale(),
        Executors.newSingleThreadExecutor(thread));
  }

  @Override
  public Secrets secrets() {
    return secrets;
  }

  @Override
  public Occupancy occupancy() {
    return cache.occupancy();
  }

  /** Obtains the credentials. */
  @Override
  public void prepare() {
    var _ = parts.cloud().credentials().confirmed();
    var _ = parts.cloud().credentials().obtain();
  }

  /** Prepares the first call to KMS, and begins to prefetch and to write files. */
  @Override
  public void start() {
    rotation.start();
    parts.cloud().prepare();
    var names = parts.config().cache().prefetch().stream().map(SecretName::new).toList();
    prefetch.prefetch(names);
    if (files.isPresent()) {
      files.get().start();
    }
  }

  @Override
  public void stop() {
    rotation.stop();
    prefetch.close();
    if (files.isPresent()) {
      files.get().close();
    }
  }
}
