package dev.kmsagent.adapters.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.helpers.NOPMDCAdapter;

/** A logger of its own, for one test, and what was written to it. */
final class CapturedLog {
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
  private final ch.qos.logback.classic.Logger logger;

  CapturedLog() {
    var context = new LoggerContext();
    context.setMDCAdapter(new NOPMDCAdapter());
    logger = context.getLogger("captured");
    logger.setLevel(Level.INFO);
    logger.addAppender(appender);
    appender.start();
  }

  CapturedLog withDebug() {
    logger.setLevel(Level.DEBUG);
    return this;
  }

  Logger logger() {
    return logger;
  }

  /** Each line: level, event, fields. */
  List<String> lines() {
    return List.copyOf(appender.list).stream().map(CapturedLog::line).toList();
  }

  private static String line(ILoggingEvent event) {
    var fields =
        event.getKeyValuePairs() == null
            ? ""
            : event.getKeyValuePairs().stream()
                .map(pair -> " " + pair.key + "=" + pair.value)
                .collect(Collectors.joining());
    var thrown = event.getThrowableProxy() == null ? "" : " " + event.getThrowableProxy();
    return event.getLevel() + " " + event.getFormattedMessage() + fields + thrown;
  }
}
