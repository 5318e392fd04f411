package dev.kmsagent.bootstrap.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.LayoutBase;
import dev.kmsagent.config.schema.OneLine;

/** Text for people: time, level, event, fields; an exception adds lines, which are indented. */
final class TextFormat extends LayoutBase<ILoggingEvent> {
  @Override
  public String doLayout(ILoggingEvent event) {
    var entry = LogEntry.of(event);
    var line = new StringBuilder(entry.time());
    line.append(' ').append(entry.level());
    line.append(' ').append(OneLine.of(entry.event()));
    for (var field : entry.fields()) {
      line.append(' ').append(field.key);
      line.append('=').append(OneLine.of(String.valueOf(field.value)));
    }
    entry.exception().ifPresent(stack -> line.append("\n\t").append(stack));
    return line.append('\n').toString();
  }
}
