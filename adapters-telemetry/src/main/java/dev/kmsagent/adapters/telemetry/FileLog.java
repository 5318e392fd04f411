package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.event.FileEvent;
import java.util.TreeSet;
import org.slf4j.event.Level;

/** Logs what becomes of the files that secrets are written to. */
final class FileLog extends EventHandler<FileEvent> {
  private final ThrottledLog log;

  FileLog(ThrottledLog log) {
    super(FileEvent.class);
    this.log = log;
  }

  @Override
  public void handle(FileEvent event) {
    switch (event) {
      case FileEvent.FilesWritten(var present, var changed) -> {
        if (!changed.isEmpty()) {
          log.line(Level.INFO)
              .with("files", present.size())
              .with("changed", String.join(", ", new TreeSet<>(changed)))
              .log("files_written");
        }
      }
      case FileEvent.FileFailed(var name, var reason, _) ->
          log.firstTen(Level.WARN, event, "")
              .with("file", name)
              .with("reason", reason)
              .log("file_failed");
      case FileEvent.FilesNotWritten(var reason, var retryIn) ->
          log.first(Level.WARN, event, reason)
              .with("reason", reason)
              .retryIn(retryIn)
              .log("files_not_written");
    }
  }
}
