package dev.kmsagent.bootstrap.logging;

/** For people: time, level, event, fields; an exception takes more lines, which are indented. */
final class TextFormat implements LineFormat {
  @Override
  public String write(Entry entry) {
    var line = new StringBuilder(entry.time());
    line.append(' ').append(entry.level());
    line.append(' ').append(OneLine.of(entry.event()));
    for (var field : entry.fields()) {
      line.append(' ').append(field.key);
      line.append('=').append(OneLine.of(String.valueOf(field.value)));
    }
    entry.exception().ifPresent(stack -> line.append("\n\t").append(stack));
    return line.toString();
  }
}
