package dev.kmsagent.application.tenants;

import dev.kmsagent.application.CachedRetrieval;
import dev.kmsagent.application.RetrievalPorts;
import dev.kmsagent.application.RetrievalSettings;
import dev.kmsagent.application.TimeSources;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.AssumeRole;
import dev.kmsagent.domain.port.CallerEvent;
import dev.kmsagent.domain.port.SecretRenderer;
import dev.kmsagent.domain.port.TenantCaches;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The roles whose secrets the agent serves: at most a fixed number at a time, each with a stack of
 * its own around {@link CachedRetrieval}. Thread-safe.
 */
public final class Tenants {
  private final Ports ports;
  private final TimeSources timing;
  private final RetrievalSettings settings;
  private final int max;
  private final ConcurrentMap<Principal, Tenant> tenants = new ConcurrentHashMap<>();

  /**
   * What every tenant is made of.
   *
   * @param sts gives STS for one role, with the limits on its calls of KMS
   */
  public record Ports(
      Function<Principal, AssumeRole> sts,
      TenantCaches caches,
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

  /** A subject of a tenant. */
  record Member(Tenant tenant, Grant grant) {
    static Optional<Member> of(Tenant tenant, Subject subject) {
      return Optional.ofNullable(tenant.grants().get(subject))
          .map(grant -> new Member(tenant, grant));
    }
  }

  /** The subject that has asked for the role before. */
  Optional<Member> find(Principal role, Subject subject) {
    return Optional.ofNullable(tenants.get(role)).flatMap(tenant -> Member.of(tenant, subject));
  }

  /** The subject, for which STS is to be asked now. */
  Member add(Principal role, Subject subject) {
    var tenant = tenants.compute(role, (_, known) -> with(subject, known, role));
    return Member.of(tenant, subject).orElseThrow();
  }

  private Tenant with(Subject subject, @Nullable Tenant known, Principal role) {
    var tenant = known == null ? new Tenant(role, ports.sts().apply(role)) : known;
    tenant.grants().compute(subject, (_, it) -> it == null || it.isForgettable() ? newGrant() : it);
    return tenant;
  }

  private Grant newGrant() {
    return new Grant(timing, settings.freshness().maxStale());
  }

  /** Whether the role is open or could be. */
  boolean hasRoomFor(Principal role) {
    return Optional.ofNullable(tenants.get(role)).filter(Tenant::isOpen).isPresent()
        || countOpen() < max
        || longestUnconfirmed().isPresent();
  }

  private int countOpen() {
    return (int) tenants.values().stream().filter(Tenant::isOpen).count();
  }

  private Optional<Tenant> longestUnconfirmed() {
    var now = timing.clock().instant();
    return tenants.values().stream()
        .filter(tenant -> tenant.isOpen() && !now.isBefore(tenant.end()))
        .min(Comparator.comparing(Tenant::end));
  }

  /** Opens a tenant that was granted; at the bound, instead of one that is not any more. */
  synchronized boolean open(Tenant tenant) {
    if (!tenant.isOpen()) {
      if (countOpen() >= max) {
        longestUnconfirmed().ifPresent(this::close);
      }
      if (countOpen() >= max) {
        return false;
      }
      tenant.opened().set(secrets(tenant.role()));
      ports.events().publish(new CallerEvent.TenantOpened(tenant.role(), countOpen()));
    }
    return true;
  }

  /** Each caller reads with a grant, which takes the place of the source. */
  private Tenant.Secrets secrets(Principal role) {
    var cache = ports.caches().open();
    var retrieval =
        new CachedRetrieval(
            new RetrievalPorts(
                newGrant(), cache, ports.renderer(), () -> Optional.of(role), ports.events()),
            timing,
            settings);
    return new Tenant.Secrets(cache, retrieval);
  }

  /** Forgets the grants that nobody uses any more, and closes the tenants without any other. */
  void purge() {
    for (var role : tenants.keySet()) {
      tenants.computeIfPresent(role, (_, tenant) -> purged(tenant));
    }
  }

  private @Nullable Tenant purged(Tenant tenant) {
    tenant.grants().values().removeIf(Grant::isForgettable);
    if (tenant.grants().isEmpty()) {
      close(tenant);
      return null;
    }
    return tenant;
  }

  private synchronized void close(Tenant tenant) {
    tenant
        .secrets()
        .ifPresent(
            open -> {
              tenant.opened().set(null);
              ports.caches().close(open.cache());
              ports.events().publish(new CallerEvent.TenantClosed(tenant.role(), countOpen()));
            });
  }
}
