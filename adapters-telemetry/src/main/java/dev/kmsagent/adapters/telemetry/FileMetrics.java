package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.event.FileEvent;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import java.time.InstantSource;
import java.util.OptionalDouble;

/** Counts the files that secrets are written to. */
final class FileMetrics implements EventHandler<FileEvent> {
  private final InstantSource clock;
  private final int files;
  private final Gauge states;
  private final Counter failures;
  private volatile OptionalDouble lastChange = OptionalDouble.empty();

  FileMetrics(MetricFactory metrics, InstantSource clock, int files) {
    this.clock = clock;
    this.files = files;
    states =
        metrics.gauge(
            "files",
            "Files: `current`: there, with the current secrets; `failed`: missing, old, or "
                + "not made yet.",
            "state");
    failures =
        metrics.counter(
            "files_write_failures_total", "Failed attempts to write to `Files.Directory`.");
    metrics.gauge(
        "files_last_change_timestamp_seconds",
        "Last change of a file, in seconds since 1970; absent before.",
        () -> lastChange);
    show(0);
  }

  private void show(int current) {
    states.labelValues("current").set(current);
    states.labelValues("failed").set((double) files - current);
  }

  @Override
  public void handle(FileEvent event) {
    if (event instanceof FileEvent.FilesWritten(var present, var changed)) {
      show(present.size());
      if (!changed.isEmpty()) {
        lastChange = OptionalDouble.of((double) clock.instant().getEpochSecond());
      }
    } else if (event instanceof FileEvent.FilesNotWritten) {
      failures.inc();
    }
  }
}
