package dev.kmsagent.bootstrap.logging;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.Appender;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.event.KeyValuePair;

/**
 * Stands between the threads that log and a sink that may be slow, so that these do not wait for
 * it. While the sink is behind, entries at DEBUG are dropped, and their number is logged once it
 * has caught up; all others are kept, if need be by waiting.
 */
final class LogQueue extends AsyncAppender {
  private static final int ENTRIES = 512;

  /** From here on, counted in free places, debug entries are dropped. */
  private static final int RESERVE = ENTRIES / 4;

  /** How long the end of the process waits for a sink. */
  private static final int END_MILLIS = 2000;

  private final LoggerContext loggers;
  private final AtomicLong dropped = new AtomicLong();

  private LogQueue(LoggerContext context) {
    this.loggers = context;
  }

  /** A queue before {@code sink}, started; it stops with its context. */
  static LogQueue before(Appender<ILoggingEvent> sink, LoggerContext context) {
    var queue = new LogQueue(context);
    queue.setContext(context);
    queue.setName("log-queue");
    queue.setQueueSize(ENTRIES);
    queue.setDiscardingThreshold(RESERVE);
    queue.setMaxFlushTime(END_MILLIS);
    queue.addAppender(sink);
    queue.start();
    return queue;
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (dropped.get() > 0 && getRemainingCapacity() > ENTRIES / 2) {
      tellOf(dropped.getAndSet(0));
    }
    super.append(event);
  }

  /** Asked only while there is little room. */
  @Override
  protected boolean isDiscardable(ILoggingEvent event) {
    var debug = event.getLevel().toInt() <= Level.DEBUG_INT;
    if (debug) {
      dropped.incrementAndGet();
    }
    return debug;
  }

  private void tellOf(long count) {
    if (count > 0) {
      var logger = loggers.getLogger(LogQueue.class.getName());
      var line =
          new LoggingEvent(
              LogQueue.class.getName(), logger, Level.WARN, "log_entries_dropped", null, null);
      line.setKeyValuePairs(List.of(new KeyValuePair("count", count)));
      super.append(line);
    }
  }
}
