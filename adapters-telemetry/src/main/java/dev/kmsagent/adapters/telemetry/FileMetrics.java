package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.event.FileEvent;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalDouble;

/** Counts the files that secrets are written to. */
final class FileMetrics extends EventHandler<FileEvent> {
  private static final String CURRENT = "current";
  private static final String FAILED = "failed";
  private static final String CHANGED = "changed";

  private final InstantSource clock;
  private final int files;
  private final Gauge states;
  private final Counter writes;
  private volatile Instant lastChange = Instant.MIN;

  FileMetrics(MetricFactory metrics, InstantSource clock, int files) {
    super(FileEvent.class);
    this.clock = clock;
    this.files = files;
    states =
        metrics.stateGauge(
            "files",
            "Files of the configuration, by whether they are there with the current secrets.",
            List.of(CURRENT, FAILED));
    writes =
        metrics.counter(
            "files_writes_total",
            "Attempts to write files that differ, by result.",
            "result",
            List.of(CHANGED, FAILED));
    metrics.gauge(
        "files_last_change_timestamp_seconds",
        "Last change of a file since 1970; absent before.",
        this::lastChange);
    states.labelValues(FAILED).set(files);
  }

  @Override
  public void handle(FileEvent event) {
    if (event instanceof FileEvent.FilesWritten(var present, var changed)) {
      states.labelValues(CURRENT).set(present.size());
      states.labelValues(FAILED).set((double) files - present.size());
      if (!changed.isEmpty()) {
        writes.labelValues(CHANGED).inc();
        lastChange = clock.instant();
      }
    } else if (event instanceof FileEvent.FilesNotWritten) {
      writes.labelValues(FAILED).inc();
    }
  }

  private OptionalDouble lastChange() {
    var last = lastChange;
    return last.equals(Instant.MIN)
        ? OptionalDouble.empty()
        : OptionalDouble.of((double) last.getEpochSecond());
  }
}
