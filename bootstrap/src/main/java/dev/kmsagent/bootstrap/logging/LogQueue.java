package dev.kmsagent.bootstrap.logging;

import ch.qos.logback.classic.Level;
import dev.kmsagent.adapters.telemetry.AuditTrail.Delivery;
import dev.kmsagent.adapters.telemetry.LogLosses;
import dev.kmsagent.adapters.telemetry.LogLosses.Kind;
import dev.kmsagent.adapters.telemetry.LogLosses.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue of lines and the thread that writes them to a sink. Whoever adds a line never
 * waits: a line for which there is no room, or whose write fails, is lost and counted. Log and
 * audit lines have room of their own. Once the sink takes lines again, one line says how many were
 * lost; as long as it does not, that line is tried each second. Thread-safe.
 */
final class LogQueue {
  /**
   * Some 1,000 lines, of a stalled disk. Lines at DEBUG take half, those at INFO three quarters.
   */
  static final int LOG_BYTES = 512 << 10;

  /** Some 3,000 lines: the audited reads of a tenth of a second at the highest rate. */
  static final int AUDIT_BYTES = 1536 << 10;

  /** What the objects of a queued line take besides its text. */
  static final int LINE_OVERHEAD = 144;

  private static final long RETRY_SECONDS = 1;

  private final LogSink sink;
  private final LogLosses losses;
  private final LossReport report;
  private final BlockingQueue<Line> lines = new LinkedBlockingQueue<>();
  private final Map<Kind, AtomicInteger> used = new EnumMap<>(Kind.class);
  private final Map<Kind, AtomicLong> unreported = new EnumMap<>(Kind.class);
  private final Thread writer;

  /** Renders the line that says how many lines were lost. */
  @FunctionalInterface
  interface LossReport {
    byte[] line(long logLines, long auditLines);
  }

  /** A line to be written; without {@code text} it ends the queue. */
  private static final class Line {
    private final Kind kind;
    private final byte @Nullable [] text;
    private final CompletableFuture<Delivery> delivery = new CompletableFuture<>();

    Line(Kind kind, byte @Nullable [] text) {
      this.kind = kind;
      this.text = text;
    }

    byte[] text() {
      return Objects.requireNonNull(text);
    }

    int size() {
      return text().length + LINE_OVERHEAD;
    }

    boolean isEnd() {
      return text == null;
    }
  }

  private LogQueue(String name, LogSink sink, LogLosses losses, LossReport report) {
    this.sink = sink;
    this.losses = losses;
    this.report = report;
    for (var kind : Kind.values()) {
      used.put(kind, new AtomicInteger());
      unreported.put(kind, new AtomicLong());
    }
    this.writer = Thread.ofPlatform().daemon().name("log-" + name).unstarted(this::run);
  }

  /** A started queue. */
  static LogQueue before(LogSink sink, String name, LogLosses losses, LossReport report) {
    var queue = new LogQueue(name, sink, losses, report);
    queue.writer.start();
    return queue;
  }

  /** Adds a line of the log. */
  void add(Level level, byte[] text) {
    var _ = add(Kind.LOG, text, room(level));
  }

  /** Adds an audit line; see {@link dev.kmsagent.adapters.telemetry.AuditTrail}. */
  CompletionStage<Delivery> addAudit(byte[] text) {
    return add(Kind.AUDIT, text, AUDIT_BYTES);
  }

  private static int room(Level level) {
    if (level.isGreaterOrEqual(Level.WARN)) {
      return LOG_BYTES;
    }
    return level.isGreaterOrEqual(Level.INFO) ? LOG_BYTES / 4 * 3 : LOG_BYTES / 2;
  }

  private CompletableFuture<Delivery> add(Kind kind, byte[] text, int room) {
    var line = new Line(kind, text);
    if (used(kind).addAndGet(line.size()) <= room) {
      lines.add(line);
    } else {
      release(line);
      lose(line, Reason.QUEUE_FULL);
    }
    return line.delivery;
  }

  private void release(Line line) {
    used(line.kind).addAndGet(-line.size());
  }

  private void lose(Line line, Reason reason) {
    losses.count(line.kind, reason);
    unreported(line.kind).incrementAndGet();
    line.delivery.complete(Delivery.LOST);
  }

  private AtomicInteger used(Kind kind) {
    return Objects.requireNonNull(used.get(kind));
  }

  private AtomicLong unreported(Kind kind) {
    return Objects.requireNonNull(unreported.get(kind));
  }

  private void run() {
    try {
      for (var line = next(); line == null || !line.isEnd(); line = next()) {
        if (line == null || (write(line) && hasRoomAgain())) {
          reportLosses();
        }
      }
      reportLosses();
    } catch (InterruptedException nobodyInterruptsIt) {
      Thread.currentThread().interrupt();
    }
  }

  /** The next line; null after a second without one while a report is due. */
  private @Nullable Line next() throws InterruptedException {
    return hasUnreported() ? lines.poll(RETRY_SECONDS, TimeUnit.SECONDS) : lines.take();
  }

  /** Whether the line was written. */
  private boolean write(Line line) {
    try {
      sink.write(line.text());
      line.delivery.complete(Delivery.WRITTEN);
      return true;
    } catch (IOException | RuntimeException failed) {
      lose(line, Reason.WRITE_FAILED);
      return false;
    } finally {
      release(line);
    }
  }

  private boolean hasUnreported() {
    return unreported(Kind.LOG).get() > 0 || unreported(Kind.AUDIT).get() > 0;
  }

  /** Whether so many lines fit that the next ones are not lost at once. */
  private boolean hasRoomAgain() {
    return used(Kind.LOG).get() < LOG_BYTES / 4 && used(Kind.AUDIT).get() < AUDIT_BYTES / 4;
  }

  private void reportLosses() {
    if (!hasUnreported()) {
      return;
    }
    var ofLog = unreported(Kind.LOG).getAndSet(0);
    var ofAudit = unreported(Kind.AUDIT).getAndSet(0);
    try {
      sink.write(report.line(ofLog, ofAudit));
    } catch (IOException | RuntimeException failed) {
      unreported(Kind.LOG).addAndGet(ofLog);
      unreported(Kind.AUDIT).addAndGet(ofAudit);
    }
  }

  /** Ends the queue behind the lines that are in it. */
  void end() {
    lines.add(new Line(Kind.LOG, null));
  }

  /** Waits for the end of the queue; after {@code patience} its sink may be stuck. */
  void awaitEnd(Duration patience) {
    try {
      var _ = writer.join(patience);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
