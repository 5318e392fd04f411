package dev.kmsagent.bootstrap.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.kmsagent.testkit.Soon;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.slf4j.helpers.NOPMDCAdapter;

final class LogQueueTest {
  private final LoggerContext context = new LoggerContext();
  private final StuckDisk disk = new StuckDisk();
  private final Logger logger = context.getLogger("test");
  private final LogQueue queue;

  LogQueueTest() {
    context.setMDCAdapter(new NOPMDCAdapter());
    disk.setContext(context);
    disk.start();
    queue = LogQueue.before(disk, context);
    logger.setLevel(Level.DEBUG);
    context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(queue);
  }

  /** Writes nothing until it is repaired. */
  private static final class StuckDisk extends AppenderBase<ILoggingEvent> {
    private final CountDownLatch repaired = new CountDownLatch(1);
    private final List<String> written = new CopyOnWriteArrayList<>();
    private final AtomicLong told = new AtomicLong();

    @Override
    protected void append(ILoggingEvent event) {
      try {
        repaired.await();
      } catch (InterruptedException end) {
        Thread.currentThread().interrupt();
      }
      var fields = event.getKeyValuePairs();
      written.add(event.getFormattedMessage());
      if (fields != null) {
        told.addAndGet((long) fields.getFirst().value);
      }
    }

    /** How many entries were dropped by what was told. */
    long told() {
      return told.get();
    }

    long reads() {
      return written.stream().filter("read"::equals).count();
    }
  }

  @Test
  void debug_entries_do_not_wait_for_a_stuck_disk_and_what_matters_more_is_kept() {
    for (int i = 0; i < 100_000; i++) {
      logger.debug("read");
    }
    for (int i = 0; i < 50; i++) {
      logger.warn("trouble");
    }
    disk.repaired.countDown();
    Soon.assertSoon(() -> queue.getNumberOfElementsInQueue() == 0);
    context.stop();
    assertThat(disk.written).filteredOn("trouble"::equals).hasSize(50);
    assertThat(disk.reads()).isBetween(100L, 2000L);
  }

  @Test
  void how_many_were_dropped_is_told_when_the_disk_has_caught_up() {
    for (int i = 0; i < 100_000; i++) {
      logger.debug("read");
    }
    disk.repaired.countDown();
    while (disk.told() + disk.reads() < 100_000) {
      logger.info("goes on");
      Thread.onSpinWait();
    }
    context.stop();
    assertThat(disk.told()).isPositive();
    assertThat(disk.told() + disk.reads()).isEqualTo(100_000);
  }
}
