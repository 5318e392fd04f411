package dev.kmsagent.bootstrap.wiring;

import dev.kmsagent.adapters.cache.shared.Means;
import dev.kmsagent.adapters.http.AgentHttpServer;
import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.files.CertificateRotation;
import dev.kmsagent.adapters.telemetry.AuditEvents;
import dev.kmsagent.adapters.telemetry.AuditTrail;
import dev.kmsagent.adapters.telemetry.AuditedRetrieval;
import dev.kmsagent.adapters.telemetry.EventHandler;
import dev.kmsagent.adapters.telemetry.FanOutEvents;
import dev.kmsagent.adapters.telemetry.HealthEvents;
import dev.kmsagent.adapters.telemetry.LogLosses;
import dev.kmsagent.adapters.telemetry.LoggingEvents;
import dev.kmsagent.adapters.telemetry.MetricsEvents;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.AuditConfig;
import dev.kmsagent.config.CredentialSource.PodIdentity;
import dev.kmsagent.domain.Caller;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.time.TimeSources;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;

/** The agent: each adapter plugged into its port. It is started once and closed once. */
public final class Agent implements AutoCloseable {
  private final AgentConfig config;
  private final LogAccess log;
  private final TimeSources timing;
  private final MetricsEvents metrics;
  private final HealthEvents health;
  private final AgentEvents events;
  private final Optional<AuditEvents> auditEvents;
  private final Optional<AuditedRetrieval> audited;
  private final CacheAccess cache;
  private final CloudAccess cloud;
  private final ServedSecrets served;
  private final Optional<CertificateRotation> certificate;
  private final AgentHttpServer server;

  /** What the agent needs of the log besides loggers; an audit trail if it has one. */
  public record LogAccess(Optional<AuditTrail> audit, LogLosses losses) {}

  /**
   * Opens no port and makes no call yet.
   *
   * @param token of the clients; unused where each pod has its own
   * @param version of the program, for the metrics
   * @param timing whose timers it does not close
   */
  public Agent(
      AgentConfig config,
      Optional<TokenLookup.Found> token,
      String version,
      LogAccess log,
      TimeSources timing) {
    this.config = config;
    this.log = log;
    this.timing = timing;
    var clock = timing.clock();
    this.metrics = new MetricsEvents(config, clock, version, log.losses());
    this.health = new HealthEvents(config, clock, log.audit().map(_ -> log.losses()));
    metrics.expect(Failure.REJECTIONS);
    log.audit().ifPresent(metrics::watch);
    this.auditEvents = log.audit().map(it -> new AuditEvents(it, timing));
    this.events = new FanOutEvents(handlers());
    boolean required = config.log().audit().stream().anyMatch(AuditConfig::required);
    this.audited =
        log.audit()
            .map(
                it ->
                    new AuditedRetrieval(
                        required,
                        it,
                        log.losses(),
                        events,
                        timing,
                        config.server().requestTimeout()));
    var ofParts = required ? AuditedRetrieval.withoutReads(events) : events;
    var waiting = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("store").factory());
    this.cache =
        new CacheAccess(
            config,
            Parts.retrievalSettings(config).freshness(),
            Parts.renderer(config),
            new Means(timing, waiting, new SecureRandom(), ofParts));
    this.cloud = new CloudAccess(config.kms(), timing, events, cache.records());
    var parts = new Parts(config, cache, cloud, timing, ofParts);
    this.served =
        config.kms().credentials() instanceof PodIdentity pods
            ? new EachPod(parts, pods, (it, caller) -> audited(it, Optional.of(caller)))
            : new OneRole(parts, token.orElseThrow(), it -> audited(it, Optional.empty()));
    metrics.watch(served::occupancy);
    this.certificate =
        config
            .server()
            .tls()
            .map(tls -> new CertificateRotation(tls, events, timing, cloud.files()));
    this.server =
        new AgentHttpServer(
            config.server(),
            config.management(),
            new AgentHttpServer.Ports(served.secrets(), health, metrics, events, this::logged),
            certificate.map(it -> it::engine),
            clock,
            HexFormat.of().toHexDigits(new SecureRandom().nextInt()));
    metrics.watch(server::waitingRequests);
  }

  /** The threads that everything depends on. */
  public List<Watchdog.Watched> watched() {
    var watched = new ArrayList<Watchdog.Watched>();
    server.selectors().forEach((name, tasks) -> watched.add(new Watchdog.Watched(name, tasks)));
    watched.add(
        new Watchdog.Watched("timers", task -> timing.scheduler().schedule(Duration.ZERO, task)));
    return watched;
  }

  private List<EventHandler.Typed<?>> handlers() {
    var handlers = new ArrayList<EventHandler.Typed<?>>(metrics.handlers());
    handlers.addAll(health.handlers());
    handlers.addAll(new LoggingEvents(timing.clock()).handlers());
    auditEvents.ifPresent(it -> handlers.addAll(it.handlers()));
    return handlers;
  }

  private CompletionStage<?> logged() {
    return log.audit()
        .<CompletionStage<?>>map(AuditTrail::written)
        .orElseGet(() -> CompletableFuture.completedStage(null));
  }

  private RetrieveSecret audited(RetrieveSecret retrieval, Optional<Caller> caller) {
    return audited.map(it -> it.of(retrieval, caller)).orElse(retrieval);
  }

  /**
   * Listens, and obtains in the background what reads need. Cached requests are already served
   * meanwhile.
   */
  public AgentHttpServer.Start start() {
    cache.start();
    served.prepare();
    var start = server.start();
    if (start instanceof AgentHttpServer.Start.Listening) {
      certificate.ifPresent(CertificateRotation::start);
      served.start();
    }
    return start;
  }

  /**
   * Serves the connections that are open, within {@code Server.ShutdownGraceSeconds}, then aborts
   * them. In what is left of that time what was read is written to the shared cache.
   */
  @Override
  public void close() {
    var end = timing.now().plus(config.server().shutdownGrace());
    server.stop(config.server().shutdownGrace());
    served.stop();
    certificate.ifPresent(CertificateRotation::stop);
    cloud.close();
    cache.close(Duration.between(timing.now(), end));
    auditEvents.ifPresent(AuditEvents::writeNotListed);
  }
}
