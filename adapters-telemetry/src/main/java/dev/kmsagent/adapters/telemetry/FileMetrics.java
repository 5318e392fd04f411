package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.event.FileEvent;
import io.prometheus.metrics.core.metrics.Gauge;

/** Counts the files that secrets are written to. */
final class FileMetrics implements EventHandler<FileEvent> {
  private final int files;
  private final Gauge states;

  FileMetrics(MetricFactory metrics, int files) {
    this.files = files;
    states =
        metrics.gauge(
            "files",
            "Files: `current`: there, with the current secrets; `failed`: missing, old, or "
                + "not made yet.",
            "state");
    show(0);
  }

  private void show(int current) {
    states.labelValues("current").set(current);
    states.labelValues("failed").set((double) files - current);
  }

  @Override
  public void handle(FileEvent event) {
    if (event instanceof FileEvent.FilesWritten(var present, _)) {
      show(present.size());
    }
  }
}
