package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.adapters.telemetry.AuditTrail.Delivery;
import dev.kmsagent.adapters.telemetry.LogLosses.Kind;
import dev.kmsagent.adapters.telemetry.LogLosses.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;

/**
 * A bounded queue of lines and the thread that writes them to a sink. Callers that add a line never
 * wait: a line for which there is no room, or whose write fails, is lost and counted. Log and audit
 * lines have room of their own. Once the sink has taken all lines again, a further line says how
 * many were lost. Thread-safe.
 */
public final class LogQueue {
  /** Some 1,000 lines, of a stalled disk. */
  static final int LOG_BYTES = 512 << 10;

  /** Some 3,000 lines: the audited reads of a tenth of a second at the highest rate. */
  static final int AUDIT_BYTES = 1536 << 10;

  /** What the objects of a queued line take besides its text. */
  static final int LINE_OVERHEAD = 144;

  private final Sink sink;
  private final LogLosses losses;
  private final BiFunction<Long, Long, byte[]> report;
  private final ThreadPoolExecutor writer;
  private final Share log = Share.of(Kind.LOG, LOG_BYTES);
  private final Share audit = Share.of(Kind.AUDIT, AUDIT_BYTES);
  private boolean torn;

  /** Where the lines go. */
  @FunctionalInterface
  public interface Sink {
    /** Fails if it has not written all of the line. */
    void write(byte[] line) throws IOException;

    /** Ends a line that was written in part. */
    default void endTorn() throws IOException {
      write(new byte[] {'\n'});
    }

    /**
     * Nothing waits to be written.
     *
     * @param unreported how many lines were lost, which no line says yet
     */
    default void settle(long unreported) {}
  }

  /** The bytes that the lines of one kind take, and how many were lost and not yet reported. */
  private record Share(Kind kind, int room, AtomicInteger bytes, AtomicLong unreported) {
    static Share of(Kind kind, int room) {
      return new Share(kind, room, new AtomicInteger(), new AtomicLong());
    }
  }

  /** A line to be written. */
  private final class Line implements Runnable {
    private final Share share;
    private final byte[] text;
    private final int size;
    private final CompletableFuture<Delivery> delivery = new CompletableFuture<>();

    Line(Share share, byte[] text) {
      this.share = share;
      this.text = text;
      this.size = text.length + LINE_OVERHEAD;
    }

    @Override
    public void run() {
      try {
        write(text);
      } catch (IOException | RuntimeException failed) {
        lose(Reason.WRITE_FAILED);
        sink.settle(log.unreported().get() + audit.unreported().get());
        return;
      }
      end(Delivery.WRITTEN);
      reportLosses();
    }

    void lose(Reason reason) {
      losses.count(share.kind(), reason);
      share.unreported().incrementAndGet();
      end(Delivery.LOST);
    }

    private void end(Delivery outcome) {
      share.bytes().addAndGet(-size);
      delivery.complete(outcome);
    }
  }

  /**
   * @param report renders the line that says how many lines of the log and of the audit were lost
   */
  public LogQueue(String name, Sink sink, LogLosses losses, BiFunction<Long, Long, byte[]> report) {
    this.sink = sink;
    this.losses = losses;
    this.report = report;
    var thread = Thread.ofPlatform().daemon().name("log-" + name).factory();
    var lines = new LinkedBlockingQueue<Runnable>();
    var late = new ThreadPoolExecutor.DiscardPolicy();
    this.writer = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, lines, thread, late);
    var _ = writer.prestartCoreThread();
  }

  /** Adds a line of the log, or an audit line; see {@link AuditTrail}. */
  public CompletionStage<Delivery> add(Kind kind, byte[] text) {
    var share = kind == Kind.AUDIT ? audit : log;
    var line = new Line(share, text);
    if (share.bytes().addAndGet(line.size) <= share.room()) {
      writer.execute(line);
    } else {
      line.lose(Reason.QUEUE_FULL);
    }
    return line.delivery;
  }

  /** Completes when each line so far is written or lost. */
  public CompletableFuture<Void> written() {
    return run(this::reportLosses);
  }

  /** Runs a task behind the lines so far; after the end of the queue, does nothing. */
  public CompletableFuture<Void> run(Runnable task) {
    return writer.isShutdown()
        ? CompletableFuture.completedFuture(null)
        : CompletableFuture.runAsync(task, writer);
  }

  /** A line after one that was written in part begins a line. */
  private void write(byte[] text) throws IOException {
    if (torn) {
      sink.endTorn();
    }
    torn = true;
    sink.write(text);
    torn = false;
  }

  /** Once nothing waits. */
  private void reportLosses() {
    if (!writer.getQueue().isEmpty()) {
      return;
    }
    var ofLog = log.unreported().get();
    var ofAudit = audit.unreported().get();
    if (ofLog + ofAudit > 0) {
      reportLosses(ofLog, ofAudit);
    }
    sink.settle(log.unreported().get() + audit.unreported().get());
  }

  private void reportLosses(long ofLog, long ofAudit) {
    try {
      write(report.apply(ofLog, ofAudit));
      log.unreported().addAndGet(-ofLog);
      audit.unreported().addAndGet(-ofAudit);
    } catch (IOException | RuntimeException failed) {
      // The counts stay for the report after the next line that is written.
    }
  }

  /** Ends the queue behind its lines, and waits for so long at most. */
  public void end(Duration patience) {
    writer.shutdown();
    try {
      var _ = writer.awaitTermination(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
