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
 * A bounded queue in front of a sink that may be slow, so that threads that log do not wait for it.
 * While the queue is nearly full, entries at DEBUG are dropped, and their number is logged once
 * there is room; all other entries are kept, and wait if the queue is full.
 */
final class LogQueue extends AsyncAppender {
  private static final int ENTRIES = 512;

  /** With fewer free places than this, debug entries are dropped. */
  private static final int RESERVE = ENTRIES / 4;

  /** The longest time that the process waits for a sink when it ends. */
  private static final int FLUSH_MILLIS = 2000;

  private final LoggerContext loggers;
  private final AtomicLong dropped = new AtomicLong();

  private LogQueue(LoggerContext context) {
    this.loggers = context;
  }

  /** A started queue in front of {@code sink}; it stops with its context. */
  static LogQueue before(Appender<ILoggingEvent> sink, LoggerContext context) {
    var queue = new LogQueue(context);
    queue.setContext(context);
    queue.setName("log-queue");
    queue.setQueueSize(ENTRIES);
    queue.setDiscardingThreshold(RESERVE);
    queue.setMaxFlushTime(FLUSH_MILLIS);
    queue.addAppender(sink);
    queue.start();
    return queue;
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (dropped.get() > 0 && getRemainingCapacity() > ENTRIES / 2) {
      logDropped(dropped.getAndSet(0));
    }
    super.append(event);
  }

  /** Called only while there is little room. */
  @Override
  protected boolean isDiscardable(ILoggingEvent event) {
    var debug = event.getLevel().toInt() <= Level.DEBUG_INT;
    if (debug) {
      dropped.incrementAndGet();
    }
    return debug;
  }

  private void logDropped(long count) {
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
