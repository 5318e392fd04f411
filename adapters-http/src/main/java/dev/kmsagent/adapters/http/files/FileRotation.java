package dev.kmsagent.adapters.http.files;

import dev.kmsagent.adapters.http.request.Parsed;
import dev.kmsagent.domain.port.out.Scheduler;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Reads files once a second, and tells each content that is another than the last one. Reading may
 * hang, as on a network file system or with a named pipe: it has a thread of its own, and no other
 * read begins meanwhile. Thread-safe.
 */
final class FileRotation<T> {
  private static final Duration PERIOD = Duration.ofSeconds(1);

  /** A file of the same host is read within milliseconds. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Supplier<Parsed<T>> source;
  private final Consumer<Parsed<T>> onChange;
  private final Scheduler scheduler;
  private final Executor files;
  private Parsed<T> last;
  private Scheduler.Timer timer = () -> {};
  private boolean isReading;
  private boolean stopped;

  /**
   * Reads nothing yet.
   *
   * @param source reads the files, or tells why they cannot be read
   * @param first what was read before
   * @param onChange is told one content at a time
   * @param files platform threads: a file operation that hangs would block the carrier of a virtual
   *     thread
   */
  FileRotation(
      Supplier<Parsed<T>> source,
      T first,
      Consumer<Parsed<T>> onChange,
      Scheduler scheduler,
      Executor files) {
    this.source = source;
    this.onChange = onChange;
    this.scheduler = scheduler;
    this.files = files;
    this.last = new Parsed.Good<>(first);
  }

  /** Starts reading. */
  void start() {
    schedule();
  }

  /** Stops reading. */
  synchronized void stop() {
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
    files.execute(this::read);
  }

  private synchronized void reportHanging() {
    if (isReading) {
      take(new Parsed.Bad<>("reading takes too long"));
    }
  }

  private void read() {
    try {
      take(source.get());
    } finally {
      schedule();
    }
  }

  /** Compares contents, not dates: a file can change twice within the resolution of its date. */
  private synchronized void take(Parsed<T> reading) {
    if (!reading.equals(last)) {
      last = reading;
      onChange.accept(reading);
    }
  }
}
