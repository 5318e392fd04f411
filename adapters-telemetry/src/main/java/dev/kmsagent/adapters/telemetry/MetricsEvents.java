package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.port.AgentEvent;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.CacheEvent.CoherenceChanged;
import dev.kmsagent.domain.port.CacheEvent.EntryEvicted;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheCalled;
import dev.kmsagent.domain.port.CacheEvent.SharedEntryRead;
import dev.kmsagent.domain.port.CredentialEvent.CredentialsMissing;
import dev.kmsagent.domain.port.CredentialEvent.CredentialsNotRenewed;
import dev.kmsagent.domain.port.CredentialEvent.CredentialsObtained;
import dev.kmsagent.domain.port.ExposeMetrics;
import dev.kmsagent.domain.port.KmsEvent.BreakerChanged;
import dev.kmsagent.domain.port.KmsEvent.KmsCalled;
import dev.kmsagent.domain.port.KmsEvent.RefreshFailed;
import dev.kmsagent.domain.port.KmsEvent.SecretRevoked;
import dev.kmsagent.domain.port.LifecycleEvent.AuthoritiesReloaded;
import dev.kmsagent.domain.port.LifecycleEvent.AuthoritiesUnreadable;
import dev.kmsagent.domain.port.LifecycleEvent.PrefetchFailed;
import dev.kmsagent.domain.port.LifecycleEvent.PrefetchFinished;
import dev.kmsagent.domain.port.LifecycleEvent.TokenReloaded;
import dev.kmsagent.domain.port.LifecycleEvent.TokenUnreadable;
import dev.kmsagent.domain.port.ReadEvent.RequestRejected;
import dev.kmsagent.domain.port.ReadEvent.SecretRead;
import dev.kmsagent.domain.port.SecretCache;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.OutputStream;
import java.time.InstantSource;
import java.util.List;

/**
 * The agent's metrics in the text form of Prometheus, counted from events. Secret names are never
 * labels; every label has a small fixed set of values. Thread-safe.
 */
public final class MetricsEvents implements AgentEvents, ExposeMetrics {
  private static final String LOADED = "loaded";
  private static final String FAILED = "failed";
  private static final String RELOADED = "reloaded";
  private static final String UNREADABLE = "unreadable";

  private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Meters meters = new Meters(registry);
  private final RequestMetrics requests = new RequestMetrics(meters);
  private final CacheMetrics cached = new CacheMetrics(meters);

  /** Made once there is such a cache to tell of. */
  private final Lazy<SharedCacheMetrics> shared = new Lazy<>(() -> new SharedCacheMetrics(meters));

  private final KmsMetrics kms;
  private final Counter prefetched;
  private final Counter tokenReads;
  private final CredentialMetrics credentials;
  private final Counter authorityReads;

  /**
   * @param version of the agent, for {@code kms_agent_build_info}
   */
  public MetricsEvents(InstantSource clock, String version) {
    kms = new KmsMetrics(meters, clock);
    prefetched = counter("prefetched_secrets_total", "Secrets to prefetch.", LOADED, FAILED);
    tokenReads = counter("token_reloads_total", "Token file read again.", RELOADED, UNREADABLE);
    credentials = new CredentialMetrics(meters, clock);
    authorityReads =
        counter(
            "authorities_reloads_total", "File of authorities read again.", RELOADED, UNREADABLE);
    meters
        .info("build_info", "The versions of the agent and of its Java.", "version", "java")
        .setLabelValues(version, Runtime.version().toString());
  }

  private Counter counter(String name, String help, String... results) {
    var counter = meters.counter(name, help, "result");
    List.of(results).forEach(counter::initLabelValues);
    return counter;
  }

  /** Shows from now on how much {@code cache} keeps; for one cache. */
  public void watch(SecretCache cache) {
    cached.watch(cache);
  }

  @Override
  public void publish(AgentEvent event) {
    switch (event) {
      case SecretRead read -> requests.count(read);
      case RequestRejected rejection -> requests.count(rejection);
      case KmsCalled call -> kms.count(call);
      case SecretRevoked _ -> cached.countRevocation();
      case EntryEvicted eviction -> cached.count(eviction);
      case BreakerChanged change -> kms.show(change);
      case RefreshFailed refresh -> cached.count(refresh);
      case PrefetchFailed _ -> prefetched.labelValues(FAILED).inc();
      case PrefetchFinished finished -> prefetched.labelValues(LOADED).inc(finished.loaded());
      case TokenReloaded _ -> tokenReads.labelValues(RELOADED).inc();
      case TokenUnreadable _ -> tokenReads.labelValues(UNREADABLE).inc();
      case CredentialsObtained obtained -> credentials.count(obtained);
      case CredentialsNotRenewed _ -> credentials.countNotRenewed();
      case CredentialsMissing _ -> credentials.countMissing();
      case AuthoritiesReloaded _ -> authorityReads.labelValues(RELOADED).inc();
      case AuthoritiesUnreadable _ -> authorityReads.labelValues(UNREADABLE).inc();
      case SharedCacheCalled call -> shared.get().count(call);
      case SharedEntryRead read -> shared.get().count(read);
      case CoherenceChanged change -> shared.get().show(change);
    }
  }

  @Override
  public String contentType() {
    return PrometheusTextFormatWriter.CONTENT_TYPE;
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    writer.write(out, snapshot());
  }

  MetricSnapshots snapshot() {
    return registry.scrape();
  }
}
