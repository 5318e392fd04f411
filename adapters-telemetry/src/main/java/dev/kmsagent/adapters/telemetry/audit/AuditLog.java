package dev.kmsagent.adapters.telemetry.audit;

import dev.kmsagent.adapters.telemetry.AuditTrail;
import dev.kmsagent.adapters.telemetry.LogLosses;
import dev.kmsagent.adapters.telemetry.LogLosses.Kind;
import dev.kmsagent.adapters.telemetry.LogQueue;
import dev.kmsagent.config.AuditConfig;
import dev.kmsagent.domain.port.out.Scheduler.Timer;
import dev.kmsagent.domain.time.TimeSources;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.slf4j.event.KeyValuePair;

/**
 * The audit trail in a file, which is signed soon after the start, each minute in which there were
 * lines, and at the end. Thread-safe; no caller waits for the disk.
 */
public final class AuditLog implements AuditTrail, AutoCloseable {
  private static final Duration SIGNED_EACH = Duration.ofMinutes(1);

  /** Soon, and yet not while the agent starts. */
  private static final Duration SIGNED_FIRST = Duration.ofSeconds(5);

  /** The longest time that the process waits for the file when it ends. */
  private static final Duration FLUSH = Duration.ofSeconds(2);

  private final AuditFile file;
  private final LogQueue queue;
  private final TimeSources timing;
  private volatile Timer signing = () -> {};

  private AuditLog(AuditFile file, LogLosses losses, TimeSources timing) {
    this.file = file;
    this.queue = new LogQueue("audit", file, losses, this::lossReport);
    this.timing = timing;
  }

  /**
   * Opens it, and writes the line of the start.
   *
   * @param key signs; without one, nothing is signed
   * @param chain the id of a new chain: 16 random hexadecimal digits
   * @param about the program and its configuration
   * @throws IOException if the folder cannot be used; the message says what to do
   */
  public static AuditLog open(
      AuditConfig config,
      Optional<AuditKey> key,
      String chain,
      List<KeyValuePair> about,
      LogLosses losses,
      TimeSources timing)
      throws IOException {
    var file = AuditFile.open(config, key, timing.clocks(), chain);
    var log = new AuditLog(file, losses, timing);
    var fields = new ArrayList<>(about);
    fields.addAll(file.findings());
    var _ = log.write(Kind.AUDIT, "agent_started", fields);
    log.signIn(SIGNED_FIRST);
    return log;
  }

  private void signIn(Duration delay) {
    signing = timing.scheduler().schedule(delay, this::sign);
  }

  private void sign() {
    var _ = queue.run(file::sign).thenRun(() -> signIn(SIGNED_EACH));
  }

  private byte[] lossReport(long others, long reads) {
    var fields = List.of(new KeyValuePair("reads", reads), new KeyValuePair("others", others));
    return AuditFile.object(timing.clocks().wall().instant(), "lines_lost", fields);
  }

  @Override
  public CompletionStage<Delivery> write(Kind kind, String event, List<KeyValuePair> fields) {
    return queue.add(kind, AuditFile.object(timing.clocks().wall().instant(), event, fields));
  }

  @Override
  public CompletionStage<?> written() {
    return queue.written();
  }

  @Override
  public long sequence() {
    return file.sequence();
  }

  /** Writes the line of the end, for two seconds at most, and gives the folder back. */
  @Override
  public void close() {
    close(FLUSH);
  }

  /** The same, for so long at most. */
  void close(Duration flush) {
    signing.cancel();
    var _ = write(Kind.AUDIT, "agent_stopped", List.of());
    var _ = queue.run(file::sign);
    var _ = queue.written();
    queue.end(flush);
    try {
      file.close();
    } catch (IOException failed) {
      // Each line was written before, or is lost and counted.
    }
  }
}
