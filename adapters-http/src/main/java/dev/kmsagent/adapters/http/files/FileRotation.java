package dev.kmsagent.adapters.http.files;

import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.Parsed;
import dev.kmsagent.domain.port.out.Scheduler;
import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * Reads files once a second, and tells each content that is another than the last one. Reading may
 * hang, as on a network file system or with a named pipe: it has a thread of its own, and no other
 * read begins meanwhile. Thread-safe.
 */
abstract class FileRotation {
  private static final Duration PERIOD = Duration.ofSeconds(1);

  /** A file of the same host is read within milliseconds. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Scheduler scheduler;
  private final Executor files;
  private Parsed<ConfidentialText> last;
  private Scheduler.Timer timer = () -> {};
  private boolean isReading;
  private boolean stopped;

  /**
   * Reads nothing yet.
   *
   * @param first what was read before
   * @param files platform threads: a file operation that hangs would block the carrier of a virtual
   *     thread
   */
  FileRotation(ConfidentialText first, Scheduler scheduler, Executor files) {
    this.scheduler = scheduler;
    this.files = files;
    this.last = new Parsed.Valid<>(first);
  }

  /** Reads the files, or tells why they cannot be read. */
  abstract Parsed<ConfidentialText> read();

  /** Takes a content that is new; one at a time. */
  abstract void take(Parsed<ConfidentialText> reading);

  /** Starts reading. */
  public void start() {
    schedule();
  }

  /** Stops reading. */
  public final synchronized void stop() {
    stopped = true;
    timer.cancel();
  }

  private synchronized void schedule() {
    timer.cancel();
    isReading = false;
    if (!stopped) {
      timer = scheduler.schedule(PERIOD, this::begin);
    }
  }

  private synchronized void begin() {
    isReading = true;
    timer = scheduler.schedule(PATIENCE, this::reportHanging);
    files.execute(this::reload);
  }

  private synchronized void reportHanging() {
    if (isReading) {
      takeIfNew(new Parsed.Invalid<>("reading takes too long"));
    }
  }

  private void reload() {
    try {
      takeIfNew(read());
    } finally {
      schedule();
    }
  }

  /** Compares contents, not dates: a file can change twice within the resolution of its date. */
  private synchronized void takeIfNew(Parsed<ConfidentialText> reading) {
    if (!reading.equals(last)) {
      last = reading;
      take(reading);
    }
  }
}
