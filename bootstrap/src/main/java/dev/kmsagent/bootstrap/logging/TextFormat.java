package dev.kmsagent.bootstrap.logging;

import dev.kmsagent.config.schema.OneLine;

/** Text for people: time, level, event, fields; an exception adds lines, which are indented. */
final class TextFormat implements LineFormat {
  @Override
  public String line(LogEntry entry) {
    var line = new StringBuilder(entry.time());
    line.append(' ').append(entry.level());
    line.append(' ').append(OneLine.of(entry.event()));
    for (var field : entry.fields()) {
      line.append(' ').append(field.key);
      line.append('=').append(OneLine.of(String.valueOf(field.value)));
    }
    entry
        .exception()
        .ifPresent(
            stack -> stack.lines().forEach(part -> line.append("\n\t").append(part.strip())));
    return line.append('\n').toString();
  }
}
