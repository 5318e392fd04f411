package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.adapters.telemetry.EventHandler.Typed;
import dev.kmsagent.adapters.telemetry.LogLosses.Reason;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.CacheStore.InMemory;
import dev.kmsagent.config.CredentialSource.PodIdentity;
import dev.kmsagent.domain.event.CacheEvent;
import dev.kmsagent.domain.event.CacheEvent.EntryEvicted;
import dev.kmsagent.domain.event.CacheEvent.EvictionCause;
import dev.kmsagent.domain.event.CallerEvent;
import dev.kmsagent.domain.event.CredentialEvent;
import dev.kmsagent.domain.event.FileEvent;
import dev.kmsagent.domain.event.KmsEvent;
import dev.kmsagent.domain.event.LifecycleEvent;
import dev.kmsagent.domain.event.ReadEvent;
import dev.kmsagent.domain.event.ReadEvent.RequestRejected;
import dev.kmsagent.domain.port.in.ExposeMetrics;
import dev.kmsagent.domain.port.out.SecretCache.Occupancy;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Scanner;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * The agent's metrics in the Prometheus text format, counted from events. Secret names are never
 * labels; each label has a small fixed set of values. Thread-safe.
 */
public final class MetricsEvents implements ExposeMetrics {
  private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final MetricFactory metrics = new MetricFactory(registry, "kms_agent_");
  private final ReadMetrics reads = new ReadMetrics(metrics);
  private final List<EventHandler.Typed<?>> handlers = new ArrayList<>();

  /**
   * The metrics of an agent with this configuration.
   *
   * @param version of the agent, for {@code kms_agent_build_info}
   * @param losses what the log has lost
   */
  public MetricsEvents(AgentConfig config, InstantSource clock, String version, LogLosses losses) {
    handlers.add(new Typed<>(ReadEvent.class, reads));
    handlers.add(new Typed<>(KmsEvent.class, new KmsMetrics(metrics, clock)));
    handlers.add(
        config.kms().credentials() instanceof PodIdentity
            ? new Typed<>(CallerEvent.class, new CallerMetrics(metrics))
            : new Typed<>(CredentialEvent.class, new Credentials(metrics, clock)));
    handlers.add(new Typed<>(LifecycleEvent.class, new Lifecycle(metrics)));
    handlers.add(evictions());
    if (!(config.cache().store() instanceof InMemory)) {
      handlers.add(new Typed<>(CacheEvent.class, new SharedCacheMetrics(metrics)));
    }
    if (config.files().isPresent()) {
      int files = config.files().get().entries().size();
      handlers.add(new Typed<>(FileEvent.class, new FileMetrics(metrics, files)));
    }
    showLimits(config);
    lost(
        "log_lines_dropped",
        "Log lines not written: `queue_full`, `write_failed`, or `throttled`: too many "
            + "of the same event.",
        losses,
        LogLosses.Kind.LOG,
        Reason.THROTTLED);
    lost(
        "audit_lines_lost",
        "Audit lines of reads not written: `queue_full`, `write_failed`; `deadline`: "
            + "not by the deadline of the read, which failed (`Log.AuditRequired`).",
        losses,
        LogLosses.Kind.AUDIT,
        Reason.DEADLINE);
    metrics
        .info("build_info", "Always 1; the versions of the agent and of Java.", "version", "java")
        .setLabelValues(version, Runtime.version().toString());
    var process = new MetricFactory(registry, "process_");
    process.gauge(
        "resident_memory_bytes",
        "Resident memory, by `/proc/self/status`.",
        MetricsEvents::residentMemory);
    var start = OptionalDouble.of((double) clock.instant().getEpochSecond());
    process.gauge("start_time_seconds", "Start of the agent, in seconds since 1970.", () -> start);
  }

  private Typed<?> evictions() {
    var counter =
        metrics.counter(
            "cache_evictions_total",
            "Entries evicted by a limit: `count` or `bytes`.",
            "cause",
            MetricLabels.allOf(EvictionCause.class));
    return new Typed<>(
        EntryEvicted.class, it -> counter.labelValues(MetricLabels.of(it.cause())).inc());
  }

  private void showLimits(AgentConfig config) {
    var limit =
        metrics.gauge(
            "limit",
            "Limits of the configuration: `cache_entries`, `cache_bytes`, `requests` "
                + "(`Server.MaxConn`), `waiting_requests` (`Server.MaxWaiting`), "
                + "`kms_calls_per_second` (0: none).",
            "limit");
    limit.labelValues("cache_entries").set(config.cache().maxEntries());
    limit.labelValues("cache_bytes").set((double) config.cache().maxBytes());
    limit.labelValues("requests").set(config.server().maxConn());
    limit.labelValues("waiting_requests").set(config.server().maxWaiting());
    limit.labelValues("kms_calls_per_second").set(config.kms().maxCallsPerSecond());
  }

  /** In whole kilobytes, by proc_pid_status(5). */
  private static OptionalDouble residentMemory() {
    try (var status = new Scanner(Path.of("/proc/self/status"), StandardCharsets.US_ASCII)) {
      var found = status.findWithinHorizon("VmRSS:", 0) != null && status.hasNextLong();
      return found ? OptionalDouble.of(1024.0 * status.nextLong()) : OptionalDouble.empty();
    } catch (IOException _) {
      return OptionalDouble.empty();
    }
  }

  /** The handlers that count, one for each subject. */
  public List<EventHandler.Typed<?>> handlers() {
    return List.copyOf(handlers);
  }

  /** Exposes the size of {@code cache} from now on; to be called once. */
  public void watch(Supplier<Occupancy> cache) {
    metrics.gauge(
        "cache_entries",
        "Entries in the cache; bounded by `Cache.CacheSize`.",
        () -> OptionalDouble.of((double) cache.get().entries()));
    metrics.gauge(
        "cache_bytes",
        "Estimated memory of the entries in the cache; bounded by `Cache.MaxBytes`.",
        () -> OptionalDouble.of((double) cache.get().bytes()));
  }

  /** Exposes from now on how many requests wait for a change; to be called once. */
  public void watch(IntSupplier waiting) {
    metrics.gauge(
        "waiting_requests",
        "Requests that wait for a change; bounded by `Server.MaxWaiting`.",
        () -> OptionalDouble.of(waiting.getAsInt()));
  }

  /** Exposes these rejections at 0, since they may come. */
  public void expect(List<RequestRejected> rejections) {
    rejections.forEach(reads::expect);
  }

  /** Exposes how many lines the audit trail has; to be called once. */
  public void watch(AuditTrail audit) {
    metrics.gauge(
        "audit_sequence",
        "Number of the last line of the audit trail; absent without one.",
        () -> OptionalDouble.of((double) audit.sequence()));
  }

  /** Counts lost lines of a kind, by the reasons that all kinds have and the one of its own. */
  private void lost(String name, String help, LogLosses losses, LogLosses.Kind kind, Reason own) {
    metrics.counter(
        name + "_total",
        help,
        "reason",
        callback -> {
          for (var reason : List.of(Reason.QUEUE_FULL, Reason.WRITE_FAILED, own)) {
            callback.call((double) losses.lost(kind, reason), MetricLabels.of(reason));
          }
        });
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

  private static final class Credentials implements EventHandler<CredentialEvent> {
    private static final String OBTAINED = "obtained";
    private static final String NOT_RENEWED = "not_renewed";
    private static final String MISSING = "missing";

    private final InstantSource clock;
    private final Counter renewals;
    private volatile Instant end = Instant.MIN;

    Credentials(MetricFactory metrics, InstantSource clock) {
      this.clock = clock;
      renewals =
          metrics.counter(
              "credentials_renewals_total",
              "Attempts to obtain credentials: `obtained`; `not_renewed`: the current ones "
                  + "stay in use; `missing`: there are none.",
              "result",
              List.of(OBTAINED, NOT_RENEWED, MISSING));
      metrics.gauge(
          "credentials_seconds_left", "Time until the credentials expire.", this::secondsLeft);
    }

    @Override
    public void handle(CredentialEvent event) {
      if (event instanceof CredentialEvent.CredentialsObtained(var next)) {
        end = next;
        renewals.labelValues(OBTAINED).inc();
      } else if (event instanceof CredentialEvent.CredentialsNotRenewed) {
        renewals.labelValues(NOT_RENEWED).inc();
      } else if (event instanceof CredentialEvent.CredentialsMissing) {
        end = Instant.MIN;
        renewals.labelValues(MISSING).inc();
      }
    }

    private OptionalDouble secondsLeft() {
      var last = end;
      var now = clock.instant();
      return now.isBefore(last) && !last.equals(Instant.MAX)
          ? OptionalDouble.of(MetricFactory.seconds(Duration.between(now, last)))
          : OptionalDouble.empty();
    }
  }

  private static final class Lifecycle implements EventHandler<LifecycleEvent> {
    private static final String RELOADED = "reloaded";
    private static final String UNREADABLE = "unreadable";

    private final Counter tokenReloads;
    private volatile OptionalDouble certificateEnd = OptionalDouble.empty();

    Lifecycle(MetricFactory metrics) {
      tokenReloads =
          metrics.counter(
              "token_reloads_total",
              "Times the token file was read again: `reloaded` or `unreadable`.",
              "result",
              List.of(RELOADED, UNREADABLE));
      metrics.gauge(
          "tls_certificate_expiry_timestamp_seconds",
          "End of the certificate that clients see, in seconds since 1970; absent "
              + "without TLS.",
          () -> certificateEnd);
    }

    @Override
    public void handle(LifecycleEvent event) {
      if (event instanceof LifecycleEvent.TokenReloaded) {
        tokenReloads.labelValues(RELOADED).inc();
      } else if (event instanceof LifecycleEvent.TokenUnreadable) {
        tokenReloads.labelValues(UNREADABLE).inc();
      } else if (event instanceof LifecycleEvent.CertificateLoaded(var end)) {
        certificateEnd = OptionalDouble.of((double) end.getEpochSecond());
      }
    }
  }
}
