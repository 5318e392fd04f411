package dev.kmsagent.adapters.http;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import dev.kmsagent.testkit.Patience;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.LoggerFactory;

/** Everything that is logged in this process from its making to its end, by whomever. */
final class LogCapture implements AutoCloseable {
  private final Collection<String> lines = new ConcurrentLinkedQueue<>();
  private final Logger root;
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          lines.add(event + " " + event.getKeyValuePairs() + " " + event.getThreadName());
          if (event.getThrowableProxy() != null) {
            lines.add(ThrowableProxyUtil.asString(event.getThrowableProxy()));
          }
        }
      };

  LogCapture() {
    root = logback().getLogger(Logger.ROOT_LOGGER_NAME);
    appender.start();
    root.addAppender(appender);
  }

  /** SLF4J hands out stand-ins while another thread sets it up. */
  private static LoggerContext logback() {
    Patience.assertSoon(() -> LoggerFactory.getILoggerFactory() instanceof LoggerContext);
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }

  List<String> lines() {
    return List.copyOf(lines);
  }

  @Override
  public void close() {
    root.detachAppender(appender);
  }
}
