package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.CacheStore.InFolder;
import dev.kmsagent.config.CredentialSource.AccessKey;
import dev.kmsagent.config.CredentialSource.PodIdentity;
import dev.kmsagent.domain.Health;
import dev.kmsagent.domain.Health.Dependency;
import dev.kmsagent.domain.Health.Failure;
import dev.kmsagent.domain.Health.Status;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.event.LifecycleEvent;
import dev.kmsagent.domain.port.in.ReportHealth;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The agent's health, derived from events. It is live while it answers. It is ready once it has
 * credentials, prefetching has finished and KMS has answered or was not called yet. A secret to
 * prefetch that KMS refuses or does not know keeps it from being ready, so that a rollout stops at
 * a wrong name or a missing right. An outage after the first answer only degrades it, since clients
 * are served from the cache; so does an outage at a start that has found secrets in the folder of
 * the cache, and a failure of the shared cache. Thread-safe.
 */
public final class HealthEvents implements ReportHealth {
  private static final Health ALIVE = new Health(Status.UP, Map.of());

  private final InstantSource clock;
  private final List<HealthHandler<?>> handlers = new ArrayList<>();
  private final Optional<LogLosses> audit;

  /** A secret to prefetch that is refused later does not take it back. */
  private final AtomicBoolean wasReady;

  /**
   * The health of an agent with this configuration.
   *
   * @param audit what the audit trail has lost; empty where reads are not audited
   */
  public HealthEvents(AgentConfig config, InstantSource clock, Optional<LogLosses> audit) {
    this.clock = clock;
    this.audit = audit;
    this.wasReady = new AtomicBoolean(!config.cache().prefetchRequired());
    var cache = new CacheHealth(clock, config.cache().store() instanceof InFolder);
    var credentials = config.kms().credentials();
    var hasToken = !(credentials instanceof PodIdentity);
    if (hasToken) {
      handlers.add(new KmsHealth(clock, cache, Optional.empty()));
      handlers.add(new CredentialHealth(clock, cache, credentials instanceof AccessKey));
    } else {
      var roles = new FailingRoles();
      handlers.add(new KmsHealth(clock, cache, Optional.of(roles)));
      handlers.add(new CallerHealth(clock, cache, roles));
    }
    handlers.add(cache);
    handlers.add(new Lifecycle(clock, config.cache().prefetch().size(), wasReady, hasToken));
    if (config.files().isPresent()) {
      handlers.add(new FileHealth(clock, wasReady, config.files().get().entries().size()));
    }
  }

  /** The handlers that keep it up to date, one for each subject. */
  public List<EventHandler.Typed<?>> handlers() {
    return handlers.stream().<EventHandler.Typed<?>>map(HealthHandler::typed).toList();
  }

  @Override
  public Health liveness() {
    return ALIVE;
  }

  @Override
  public Health startup() {
    var now = clock.instant();
    return handlers.stream()
        .filter(handler -> !handler.isStarted())
        .findFirst()
        .map(handler -> new Health(Status.DOWN, handler.dependencies(now)))
        .orElse(ALIVE);
  }

  @Override
  public Health readiness() {
    var now = clock.instant();
    var dependencies = new HashMap<String, Dependency>();
    handlers.forEach(handler -> dependencies.putAll(handler.dependencies(now)));
    audit.ifPresent(losses -> dependencies.put("audit", audit(losses, now)));
    var worst =
        dependencies.values().stream()
            .map(Dependency::status)
            .max(Comparator.naturalOrder())
            .orElseThrow();
    wasReady.compareAndSet(false, worst != Status.DOWN);
    return new Health(worst, dependencies);
  }

  private static Dependency audit(LogLosses losses, Instant now) {
    var withheld = losses.areSecretsWithheld();
    var status = withheld ? Status.DOWN : Status.DEGRADED;
    var detail =
        (withheld ? "Secrets are withheld, since audit lines" : "Audit lines")
            + " are being lost: %d so far.".formatted(losses.lostAuditLines());
    return losses
        .auditLoss()
        .map(now::minus)
        .map(it -> HealthHandler.failing(status, detail, it, "lost", "", "lines-lost"))
        .orElse(new Dependency(Status.UP, "No audit line was lost in the last minute."));
  }

  /** Prefetching and the files that are reloaded; others appear with their events. */
  private static final class Lifecycle extends HealthHandler<LifecycleEvent> {
    private static final String PREFETCH = "prefetch";
    private static final String TOKEN_FILE = "token";
    private static final String AUTHORITIES_FILE = "authorities";
    private static final String CERTIFICATE = "certificate";

    private final InstantSource clock;
    private final AtomicBoolean wasReady;
    private final Map<String, Dependency> dependencies = new ConcurrentHashMap<>();

    Lifecycle(InstantSource clock, int toPrefetch, AtomicBoolean wasReady, boolean hasToken) {
      super(LifecycleEvent.class);
      this.clock = clock;
      this.wasReady = wasReady;
      if (hasToken) {
        dependencies.put(TOKEN_FILE, new Dependency(Status.UP, "The token is in force."));
      }
      dependencies.put(
          PREFETCH,
          toPrefetch == 0
              ? new Dependency(Status.UP, "Nothing is to be prefetched.")
              : new Dependency(Status.DOWN, "Secrets are being prefetched: " + toPrefetch + "."));
    }

    @Override
    public void handle(LifecycleEvent event) {
      switch (event) {
        case LifecycleEvent.PrefetchFailed _, LifecycleEvent.TokenGuessable _ -> {}
        case LifecycleEvent.PrefetchFinished(var loaded, var failed, var refused) -> {
          if (!refused.isEmpty()) {
            dependencies.put(PREFETCH, refused(refused));
          } else if (loaded > 0 || wasReady.get()) {
            var detail = "Prefetching is over: %d failed.".formatted(failed);
            dependencies.put(PREFETCH, new Dependency(Status.UP, detail));
          } // Without any answer it goes on: the names may still be wrong.
        }
        case LifecycleEvent.TokenReloaded() ->
            dependencies.put(TOKEN_FILE, reloaded("The token was"));
        case LifecycleEvent.TokenUnreadable(var reason) ->
            dependencies.put(TOKEN_FILE, unreadable("The token file", reason, "token-mismatches"));
        case LifecycleEvent.AuthoritiesReloaded() ->
            dependencies.put(AUTHORITIES_FILE, reloaded("The authorities were"));
        case LifecycleEvent.AuthoritiesUnreadable(var reason) ->
            dependencies.put(
                AUTHORITIES_FILE, unreadable("The file of authorities", reason, "kms-down"));
        case LifecycleEvent.CertificateLoaded(var end) ->
            dependencies.put(
                CERTIFICATE, new Dependency(Status.UP, "It is good until %s.".formatted(end)));
        case LifecycleEvent.CertificateUnusable(var reason) ->
            dependencies.put(
                CERTIFICATE, unreadable("The certificate", reason, "certificate-about-to-end"));
      }
    }

    @Override
    Map<String, Dependency> dependencies(Instant now) {
      return dependencies;
    }

    private Dependency refused(Map<SecretName, Refused> secrets) {
      var before = Optional.ofNullable(dependencies.get(PREFETCH)).flatMap(Dependency::failure);
      var names = secrets.entrySet().stream().map(it -> it.getKey() + ": " + it.getValue().code());
      return failing(
              wasReady.get() ? Status.DEGRADED : Status.DOWN,
              "KMS refuses or does not know secrets of Cache.Prefetch: %d. They are tried again."
                  .formatted(secrets.size()),
              before.map(Failure::since).orElseGet(clock::instant),
              "refused",
              secrets.values().iterator().next().code(),
              "refusals")
          .naming(names.sorted().limit(MOST_NAMES).toList());
    }

    private static Dependency reloaded(String what) {
      return new Dependency(Status.UP, what + " read again after a change.");
    }

    private Dependency unreadable(String file, String reason, String symptom) {
      var detail =
          "%s could not be read again (%s); what was read before stays in force."
              .formatted(file, reason);
      return failing(Status.DEGRADED, detail, clock.instant(), "unreadable", "", symptom);
    }
  }
}
