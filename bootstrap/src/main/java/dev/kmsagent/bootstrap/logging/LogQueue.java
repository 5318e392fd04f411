package dev.kmsagent.bootstrap.logging;

import ch.qos.logback.classic.Level;
import dev.kmsagent.adapters.telemetry.AuditTrail.Delivery;
import dev.kmsagent.adapters.telemetry.LogLosses;
import dev.kmsagent.adapters.telemetry.LogLosses.Kind;
import dev.kmsagent.adapters.telemetry.LogLosses.Reason;
import java.io.IOException;
import java.time.Duration;
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
  private final Share log = new Share(Kind.LOG);
  private final Share audit = new Share(Kind.AUDIT);
  private final Line end = new Line(log, new byte[0]);
  private final Thread writer;

  /** Renders the line that says how many lines were lost. */
  @FunctionalInterface
  interface LossReport {
    byte[] line(long logLines, long auditLines);
  }

  /** The bytes that the lines of one kind take, and how many were lost and not yet reported. */
  private record Share(Kind kind, AtomicInteger bytes, AtomicLong unreported) {
    Share(Kind kind) {
      this(kind, new AtomicInteger(), new AtomicLong());
    }
  }

  /** A line to be written. */
  private static final class Line {
    private final Share share;
    private final byte[] text;
    private final CompletableFuture<Delivery> delivery = new CompletableFuture<>();

    Line(Share share, byte[] text) {
      this.share = share;
      this.text = text;
    }

    int size() {
      return text.length + LINE_OVERHEAD;
    }
  }

  private LogQueue(String name, LogSink sink, LogLosses losses, LossReport report) {
    this.sink = sink;
    this.losses = losses;
    this.report = report;
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
    var _ = add(log, text, room(level));
  }

  /** Adds an audit line; see {@link dev.kmsagent.adapters.telemetry.AuditTrail}. */
  CompletionStage<Delivery> addAudit(byte[] text) {
    return add(audit, text, AUDIT_BYTES);
  }

  private static int room(Level level) {
    if (level.isGreaterOrEqual(Level.WARN)) {
      return LOG_BYTES;
    }
    return level.isGreaterOrEqual(Level.INFO) ? LOG_BYTES / 4 * 3 : LOG_BYTES / 2;
  }

  private CompletableFuture<Delivery> add(Share share, byte[] text, int room) {
    var line = new Line(share, text);
    if (share.bytes().addAndGet(line.size()) <= room) {
      lines.add(line);
    } else {
      release(line);
      lose(line, Reason.QUEUE_FULL);
    }
    return line.delivery;
  }

  private static void release(Line line) {
    line.share.bytes().addAndGet(-line.size());
  }

  private void lose(Line line, Reason reason) {
    losses.count(line.share.kind(), reason);
    line.share.unreported().incrementAndGet();
    line.delivery.complete(Delivery.LOST);
  }

  private void run() {
    try {
      for (var line = next(); line != end; line = next()) {
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
      sink.write(line.text);
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
    return log.unreported().get() > 0 || audit.unreported().get() > 0;
  }

  /** Whether so many lines fit that the next ones are not lost at once. */
  private boolean hasRoomAgain() {
    return log.bytes().get() < LOG_BYTES / 4 && audit.bytes().get() < AUDIT_BYTES / 4;
  }

  private void reportLosses() {
    if (!hasUnreported()) {
      return;
    }
    var ofLog = log.unreported().getAndSet(0);
    var ofAudit = audit.unreported().getAndSet(0);
    try {
      sink.write(report.line(ofLog, ofAudit));
    } catch (IOException | RuntimeException failed) {
      log.unreported().addAndGet(ofLog);
      audit.unreported().addAndGet(ofAudit);
    }
  }

  /** Ends the queue behind the lines that are in it. */
  void end() {
    lines.add(end);
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
