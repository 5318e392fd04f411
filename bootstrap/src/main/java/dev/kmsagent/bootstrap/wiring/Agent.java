package dev.kmsagent.bootstrap.wiring;

import dev.kmsagent.adapters.cache.shared.Means;
import dev.kmsagent.adapters.cache.shared.ReceivedEntryPolicy;
import dev.kmsagent.adapters.http.AgentHttpServer;
import dev.kmsagent.adapters.http.dialect.DialectRenderer;
import dev.kmsagent.adapters.http.dialect.Dialects;
import dev.kmsagent.adapters.http.token.TokenRotation;
import dev.kmsagent.adapters.telemetry.AuditEvents;
import dev.kmsagent.adapters.telemetry.AuditTrail;
import dev.kmsagent.adapters.telemetry.AuditedRetrieval;
import dev.kmsagent.adapters.telemetry.EventHandler;
import dev.kmsagent.adapters.telemetry.FanOutEvents;
import dev.kmsagent.adapters.telemetry.HealthEvents;
import dev.kmsagent.adapters.telemetry.LogLosses;
import dev.kmsagent.adapters.telemetry.LoggingEvents;
import dev.kmsagent.adapters.telemetry.MetricsEvents;
import dev.kmsagent.application.CachedRetrieval;
import dev.kmsagent.application.Prefetch;
import dev.kmsagent.application.RetrievalPorts;
import dev.kmsagent.application.RetrievalSettings;
import dev.kmsagent.application.TimeSources;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.LogConfig.Audit;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.RetrieveSecret;
import dev.kmsagent.domain.port.Scheduler;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;

/** The agent: each adapter plugged into its port. It is started once and closed once. */
public final class Agent implements AutoCloseable {
  private final AgentConfig config;
  private final LogAccess log;
  private final InstantSource clock;
  private final Scheduler scheduler;
  private final SecureRandom random = new SecureRandom();
  private final MetricsEvents metrics;
  private final HealthEvents health;
  private final AgentEvents events;
  private final Executor waiting =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("redis").factory());
  private final ExecutorService files = CloudAccess.fileThreads();
  private final CloudAccess cloud;
  private final CacheAccess cache;
  private final Prefetch prefetch;
  private final TokenRotation rotation;
  private final AgentHttpServer server;

  /** What the agent needs of the log besides loggers. */
  public record LogAccess(AuditTrail audit, LogLosses losses) {}

  /** The clocks and timers of the agent, which it does not close. */
  public record Time(Clocks clocks, Scheduler scheduler) {}

  /**
   * Opens no port and makes no call yet.
   *
   * @param version of the program, for the metrics
   */
  public Agent(
      AgentConfig config, TokenLookup.Found token, String version, LogAccess log, Time time) {
    this.config = config;
    this.log = log;
    this.clock = time.clocks().agent();
    this.scheduler = time.scheduler();
    this.metrics = new MetricsEvents(clock, version);
    metrics.watch(log.losses());
    this.health =
        new HealthEvents(
            clock,
            config.cache().prefetch().size(),
            CloudAccess.credentials(config.kms()),
            config.log().audit() == Audit.OFF ? Optional.empty() : Optional.of(log.losses()));
    this.events = new FanOutEvents(handlers(), clock);
    this.cloud = new CloudAccess(config.kms(), scheduler, time.clocks(), events);
    var settings = retrievalSettings(config);
    var timing = new TimeSources(clock, scheduler, () -> ThreadLocalRandom.current().nextDouble());
    var kms = cloud.protectedKms(random);
    var renderer = new DialectRenderer(Dialects.of(config.server()), random);
    this.cache =
        new CacheAccess(
            config,
            cloud.credentials(),
            new ReceivedEntryPolicy(settings.freshness(), renderer),
            new Means(time.clocks(), scheduler, waiting, random, events));
    metrics.watch(cache.cache());
    var retrieval =
        new CachedRetrieval(
            new RetrievalPorts(kms, cache.cache(), renderer, cloud.credentials(), events),
            timing,
            settings);
    this.prefetch = new Prefetch(retrieval, events, scheduler, config.server().requestTimeout());
    var inForce = new AtomicReference<>(token.token());
    this.rotation = new TokenRotation(token.source(), inForce, events, scheduler, files);
    this.server =
        new AgentHttpServer(
            new AgentHttpServer.Config(config.server(), config.management()),
            new AgentHttpServer.Ports(audited(retrieval), health, metrics, events),
            inForce::get,
            clock,
            processName());
  }

  /** The threads that everything depends on. */
  public List<Watchdog.Watched> watched() {
    var watched = new ArrayList<Watchdog.Watched>();
    server.selectors().forEach((name, tasks) -> watched.add(new Watchdog.Watched(name, tasks)));
    watched.add(new Watchdog.Watched("timers", task -> scheduler.schedule(Duration.ZERO, task)));
    return watched;
  }

  /** No value is served stale where {@code Server.IgnoreTransientErrors} is false. */
  static RetrievalSettings retrievalSettings(AgentConfig config) {
    var server = config.server();
    var freshness = config.cache().freshness();
    var policy =
        new FreshnessPolicy(
            freshness.ttl(),
            freshness.ttlJitterRatio(),
            freshness.refreshAheadRatio(),
            server.ignoreTransientErrors() ? freshness.maxStale() : Duration.ZERO);
    return new RetrievalSettings(
        policy, server.requestTimeout(), freshness.staleAfter(), config.cache().maxEntries());
  }

  private List<EventHandler<?>> handlers() {
    var handlers = new ArrayList<EventHandler<?>>(metrics.handlers());
    handlers.addAll(health.handlers());
    handlers.addAll(new LoggingEvents(clock).handlers());
    switch (config.log().audit()) {
      case ON -> handlers.add(new AuditEvents(log.audit()));
      case OFF, REQUIRED -> {}
    }
    return handlers;
  }

  private RetrieveSecret audited(RetrieveSecret retrieval) {
    return switch (config.log().audit()) {
      case OFF, ON -> retrieval;
      case REQUIRED ->
          new AuditedRetrieval(
              retrieval, log.audit(), log.losses(), scheduler, config.server().requestTimeout());
    };
  }

  private String processName() {
    var bytes = new byte[4];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /**
   * Listens, obtains the credentials, prepares the first call to KMS, and begins to prefetch.
   * Cached requests are already served meanwhile.
   */
  public AgentHttpServer.Start start() {
    var start = server.start();
    if (start instanceof AgentHttpServer.Start.Listening) {
      rotation.start();
      var _ = cloud.credentials().obtain();
      cache.start();
      cloud.prepare();
      var _ = prefetch.prefetch(config.cache().prefetch().stream().map(SecretName::new).toList());
    }
    return start;
  }

  /**
   * Finishes requests in flight within {@code Server.ShutdownGraceSeconds}, then aborts them. In
   * what is left of that time what they have read is written to the shared cache.
   */
  @Override
  public void close() {
    var end = clock.instant().plus(config.server().shutdownGrace());
    rotation.stop();
    server.stop(config.server().shutdownGrace());
    cloud.close();
    cache.close(Duration.between(clock.instant(), end));
    files.shutdownNow();
  }
}
