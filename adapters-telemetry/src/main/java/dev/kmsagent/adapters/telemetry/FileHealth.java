package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.Health.Dependency;
import dev.kmsagent.domain.Health.Status;
import dev.kmsagent.domain.event.FileEvent;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The health of the files that secrets are written to. Until each was written or refused once, the
 * agent has not started. A file that fails keeps the agent from becoming ready, and degrades it
 * afterwards. Thread-safe.
 */
final class FileHealth extends HealthHandler<FileEvent> {
  private static final String RUNBOOK = "files-missing-or-old";

  private final InstantSource clock;
  private final AtomicBoolean wasReady;
  private final int files;
  private final Set<String> settled = new HashSet<>();
  private final Map<String, String> failing = new TreeMap<>();
  private String unwritable = "";
  private Instant since = Instant.MIN;

  FileHealth(InstantSource clock, AtomicBoolean wasReady, int files) {
    super(FileEvent.class);
    this.clock = clock;
    this.wasReady = wasReady;
    this.files = files;
  }

  @Override
  public synchronized void handle(FileEvent event) {
    var wasWell = isWell();
    switch (event) {
      case FileEvent.FilesWritten(var present, _) -> {
        unwritable = "";
        failing.keySet().removeAll(present);
        settled.addAll(present);
      }
      case FileEvent.FileFailed(var name, var reason, var isFinal) -> {
        failing.put(name, name + ": " + reason);
        if (isFinal) {
          settled.add(name);
        }
      }
      case FileEvent.FilesNotWritten(var reason, _) -> unwritable = reason;
    }
    if (wasWell) {
      since = clock.instant();
    }
  }

  private boolean isWell() {
    return failing.isEmpty() && unwritable.isEmpty();
  }

  @Override
  synchronized boolean isStarted() {
    return settled.size() == files;
  }

  @Override
  synchronized Map<String, Dependency> dependencies(Instant now) {
    return Map.of("files", dependency());
  }

  private Dependency dependency() {
    var status = isStarted() && wasReady.get() ? Status.DEGRADED : Status.DOWN;
    if (isWell()) {
      return isStarted()
          ? new Dependency(Status.UP, "All files are there.")
          : new Dependency(status, "Files are being made: %d.".formatted(files - settled.size()));
    }
    var detail =
        unwritable.isEmpty()
            ? "Files cannot be made: %d.".formatted(failing.size())
            : "Files cannot be written: %s.".formatted(unwritable);
    var outcome = unwritable.isEmpty() ? "missing" : "unwritable";
    return failing(status, detail, since, outcome, "", RUNBOOK)
        .naming(failing.values().stream().limit(MOST_NAMES).toList());
  }
}
