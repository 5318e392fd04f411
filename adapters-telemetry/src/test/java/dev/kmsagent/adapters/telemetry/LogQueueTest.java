package dev.kmsagent.adapters.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.telemetry.AuditTrail.Delivery;
import dev.kmsagent.adapters.telemetry.LogLosses.Kind;
import dev.kmsagent.adapters.telemetry.LogLosses.Reason;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.StuckSink;
import dev.kmsagent.testkit.VirtualTime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class LogQueueTest {
  /** With the objects around it a kilobyte, of which there is room for 512. */
  private static final String LINE = "x".repeat(1024 - LogQueue.LINE_OVERHEAD);

  private final StuckSink sink = new StuckSink();
  private final LogLosses losses = new LogLosses(new VirtualTime());
  private final LogQueue queue = queue(sink::write);

  private LogQueue queue(LogQueue.Sink to) {
    return new LogQueue("test", to, losses, LogQueueTest::report);
  }

  private static byte[] report(long logLines, long auditLines) {
    return bytes("test lost " + logLines + " and " + auditLines);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void add(String text, int times) {
    IntStream.range(0, times).forEach(_ -> queue.add(Kind.LOG, bytes(text)));
  }

  private List<CompletableFuture<Delivery>> addAudit(int times) {
    return Stream.generate(() -> queue.add(Kind.AUDIT, bytes(LINE)).toCompletableFuture())
        .limit(times)
        .toList();
  }

  private long lost(Kind kind, Reason reason) {
    return losses.lost(kind, reason);
  }

  private static void end(LogQueue queue) {
    queue.end(Patience.limit());
  }

  @Test
  void whoever_logs_does_not_wait_for_a_stuck_sink_and_what_is_lost_is_counted() {
    add(LINE, 100_000);
    assertThat(lost(Kind.LOG, Reason.QUEUE_FULL)).isEqualTo(100_000 - 512);
    sink.repair();
    Patience.assertSoon(() -> sink.count(LINE) == 512);
    add(LINE, 500);
    end(queue);
    assertThat(sink.count(LINE)).isEqualTo(1012);
  }

  @Test
  void long_lines_are_fewer() {
    add("x".repeat(128 * 1024 - LogQueue.LINE_OVERHEAD), 10);
    assertThat(lost(Kind.LOG, Reason.QUEUE_FULL)).isEqualTo(6);
  }

  @Test
  void audit_lines_and_the_log_have_room_of_their_own() {
    add(LINE, 2000);
    assertThat(addAudit(3000).getLast()).isCompletedWithValue(Delivery.LOST);
    assertThat(lost(Kind.AUDIT, Reason.QUEUE_FULL)).isEqualTo(3000 - 1536);
    assertThat(lost(Kind.LOG, Reason.QUEUE_FULL)).isEqualTo(2000 - 512);
    sink.repair();
    end(queue);
    assertThat(sink.count(LINE)).isEqualTo(1536 + 512);
  }

  @Test
  void an_audit_line_is_delivered_when_it_was_written_and_lost_when_it_cannot_be() {
    var delivery = addAudit(1).getFirst();
    assertThat(delivery).isNotDone();
    sink.repair();
    assertThat(delivery.join()).isEqualTo(Delivery.WRITTEN);
    sink.fill();
    assertThat(addAudit(1).getFirst().join()).isEqualTo(Delivery.LOST);
    assertThat(lost(Kind.AUDIT, Reason.WRITE_FAILED)).isEqualTo(1);
  }

  @Test
  void who_waits_for_the_lines_so_far_waits_while_the_sink_is_stuck() {
    addAudit(3);
    var written = queue.written();
    assertThat(written).isNotDone();
    sink.repair();
    Patience.join(written);
    assertThat(sink.count(LINE)).isEqualTo(3);
  }

  @Test
  void a_full_disk_that_has_room_again_gets_lines_and_the_log_says_once_how_many_were_lost() {
    sink.fill();
    add("lost", 20);
    addAudit(3).forEach(CompletableFuture::join);
    sink.repair();
    add("back", 1);
    Patience.assertSoon(() -> sink.written().size() == 2);
    add("later", 1);
    end(queue);
    assertThat(sink.written()).containsExactly("back", "test lost 20 and 3", "later");
    assertThat(lost(Kind.LOG, Reason.WRITE_FAILED)).isEqualTo(20);
  }

  @Test
  void losses_are_reported_once_all_lines_were_written_and_later_if_that_fails() {
    add(LINE, 514);
    sink.refuse("lost").repair();
    Patience.assertSoon(sink::hasRefused);
    add(LINE, 1);
    end(queue);
    assertThat(sink.written()).hasSize(514).endsWith(LINE, "test lost 2 and 0");
  }

  @Test
  void who_waits_for_the_lines_so_far_does_not_delay_the_report_of_losses() {
    add(LINE, 514);
    var written = queue.written();
    sink.repair();
    Patience.join(written);
    assertThat(sink.written()).hasSize(513).endsWith(LINE, "test lost 2 and 0");
  }

  @Test
  void a_line_after_one_that_was_written_in_part_begins_a_line() {
    var text = new ByteArrayOutputStream();
    var failing =
        queue(
            line -> {
              text.write(line, 0, Math.min(2, line.length));
              if (text.size() == 2) {
                throw new IOException("No space left on device");
              }
            });
    failing.add(Kind.LOG, bytes("part"));
    failing.add(Kind.AUDIT, bytes("b\n"));
    end(failing);
    assertThat(text.toString(StandardCharsets.UTF_8)).startsWith("pa\nb\n");
  }

  @Test
  void the_end_does_not_wait_for_ever() {
    add(LINE, 10);
    var waiting = CompletableFuture.runAsync(() -> queue.end(Duration.ZERO));
    Patience.assertSoon(waiting::isDone);
    assertThat(sink.written()).isEmpty();
  }
}
