package dev.kmsagent.application.tenants;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import dev.kmsagent.application.CachedRetrieval;
import dev.kmsagent.application.RetrievalPorts;
import dev.kmsagent.application.RetrievalSettings;
import dev.kmsagent.application.tenants.Tenant.Member;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.event.CallerEvent;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.port.out.AssumeRole;
import dev.kmsagent.domain.port.out.DurableRecord;
import dev.kmsagent.domain.port.out.Scheduler.Timer;
import dev.kmsagent.domain.port.out.SecretRenderer;
import dev.kmsagent.domain.port.out.TenantCaches;
import dev.kmsagent.domain.time.TimeSources;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * The roles whose secrets the agent serves, each with a stack of its own around {@link
 * CachedRetrieval}, and their grants: at most a fixed number at a time. One more takes the place of
 * the least recently used one of the namespace that holds most. Thread-safe.
 */
public final class Tenants implements AutoCloseable {
  private static final Duration PURGE_INTERVAL = Duration.ofMinutes(1);

  /** Grants for each role that may be open: far more than pods of a node need. */
  static final int GRANTS_FOR_EACH = 10;

  private final Ports ports;
  private final TimeSources timing;
  private final RetrievalSettings settings;
  private final int max;
  private final ConcurrentMap<Principal, Tenant> tenants = new ConcurrentHashMap<>();
  private final AtomicReference<Timer> purging = new AtomicReference<>(() -> {});

  /**
   * What every tenant is made of.
   *
   * @param sts gives STS for one role, with the limits on its calls of KMS
   * @param records of the grants, of this issuer, audience and provider
   */
  public record Ports(
      Function<Principal, AssumeRole> sts,
      TenantCaches caches,
      DurableRecord records,
      SecretRenderer renderer,
      AgentEvents events) {}

  /**
   * Without a tenant.
   *
   * @param max how many are open at a time
   */
  public Tenants(Ports ports, TimeSources timing, RetrievalSettings settings, int max) {
    this.ports = ports;
    this.timing = timing;
    this.settings = settings;
    this.max = max;
  }

  /** The subject that has asked for the role before. */
  Optional<Member> find(Principal role, Subject subject) {
    return Optional.ofNullable(tenants.get(role)).flatMap(tenant -> tenant.member(subject));
  }

  /**
   * The subject, with a new grant unless it has one that is in use. At the bound the new grant
   * takes the place of another.
   */
  synchronized Member add(Principal role, Subject subject) {
    var tenant = tenants.computeIfAbsent(role, _ -> new Tenant(role, ports.sts().apply(role)));
    if (tenant.member(subject).filter(it -> !it.grant().isForgettable()).isEmpty()) {
      makeRoomForGrant(subject.namespace());
      tenant.grants().put(subject, grant(role, subject));
      tenants.put(role, tenant);
    }
    return tenant.member(subject).orElseThrow();
  }

  private Grant grant(Principal role, Subject subject) {
    return new Grant(
        timing,
        settings.freshness().maxStale(),
        ports.records().under(role.value(), subject.toString()),
        it -> ports.events().publish(new CallerEvent.GrantRestored(subject, role, it.until())));
  }

  List<Member> members() {
    return tenants.values().stream().flatMap(Tenant::members).toList();
  }

  private void makeRoomForGrant(String namespace) {
    var members = members();
    if (members.size() >= max * GRANTS_FOR_EACH) {
      var least =
          leastUsed(
              members, it -> it.subject().namespace(), it -> it.grant().lastUsed(), namespace);
      least.grant().forget();
      least.tenant().grants().remove(least.subject());
      closeWithoutGrants(least.tenant());
    }
  }

  /** The least recently used of the namespace that holds most, a new one counted. */
  private static <T> T leastUsed(
      Collection<T> held, Function<T, String> namespace, ToLongFunction<T> lastUsed, String ofNew) {
    var counts = held.stream().collect(groupingBy(namespace, HashMap::new, counting()));
    counts.merge(ofNew, 1L, Long::sum);
    return held.stream()
        .min(
            Comparator.<T>comparingLong(it -> -counts.getOrDefault(namespace.apply(it), 0L))
                .thenComparingLong(lastUsed))
        .orElseThrow();
  }

  private List<Tenant> openTenants() {
    return tenants.values().stream().filter(it -> it.secrets().isPresent()).toList();
  }

  /**
   * Opens the tenant of a member that STS has granted its role; at the bound, in place of another.
   * False: the member had to make room meanwhile.
   */
  synchronized boolean open(Member member) {
    var tenant = member.tenant();
    var namespace = member.subject().namespace();
    var present = find(tenant.role(), member.subject());
    if (present.filter(it -> it.grant().equals(member.grant())).isEmpty()) {
      return false;
    }
    if (tenant.secrets().isEmpty()) {
      var open = openTenants();
      if (open.size() >= max) {
        close(leastUsed(open, Tenant::namespace, Tenant::lastUsed, namespace));
      }
      tenant.opened().set(secrets(tenant.role(), namespace));
      ports.events().publish(new CallerEvent.TenantOpened(tenant.role(), openTenants().size()));
    }
    return true;
  }

  private Tenant.Secrets secrets(Principal role, String namespace) {
    var cache = ports.caches().open(role);
    var retrieval =
        new CachedRetrieval(
            new RetrievalPorts(cache, ports.renderer(), () -> Optional.of(role), ports.events()),
            timing,
            settings);
    return new Tenant.Secrets(cache, retrieval, namespace);
  }

  /** Begins to forget, once a minute, unused grants, and tenants without any other. */
  public void start() {
    purging.set(timing.scheduler().schedule(PURGE_INTERVAL, this::purge));
  }

  private void purge() {
    try {
      removeForgettable();
    } finally {
      start();
    }
  }

  private synchronized void removeForgettable() {
    for (var tenant : tenants.values()) {
      tenant.grants().values().removeIf(Grant::isForgettable);
      closeWithoutGrants(tenant);
    }
  }

  @Override
  public void close() {
    purging.get().cancel();
  }

  private void closeWithoutGrants(Tenant tenant) {
    if (tenant.grants().isEmpty()) {
      tenants.remove(tenant.role());
      close(tenant);
    }
  }

  private void close(Tenant tenant) {
    tenant
        .secrets()
        .ifPresent(
            open -> {
              tenant.opened().set(null);
              ports.caches().close(open.cache());
              open.retrieval().close();
              ports
                  .events()
                  .publish(new CallerEvent.TenantClosed(tenant.role(), openTenants().size()));
            });
  }
}
