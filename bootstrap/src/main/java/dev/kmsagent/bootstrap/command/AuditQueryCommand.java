package dev.kmsagent.bootstrap.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import com.google.gson.JsonObject;
import dev.kmsagent.adapters.telemetry.audit.AuditQuery;
import dev.kmsagent.config.schema.OneLine;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.ParseException;

/** {@code audit query}: who read a secret. */
record AuditQueryCommand(CommandContext context) implements Command {
  private static final List<String> COLUMNS =
      List.of(
          "time",
          "event",
          "outcome",
          "cache",
          "secret",
          "version",
          "subject",
          "pod",
          "role",
          "peer",
          "request_id");
  private static final Option SECRET =
      Usage.option("secret", "GLOB", "Only secrets with this name; * and ? stand for others.");
  private static final Option CALLER =
      Usage.option("caller", "TEXT", "Only callers with this in subject, pod, role or address.");
  private static final Option OUTCOME =
      Usage.option("outcome", "NAME", "Only this outcome: found, refused, unavailable and others.");
  private static final Option SINCE =
      Usage.option("since", "TIME", "Not before this day or time, in UTC: 2026-12-31T08:00:00Z.");
  private static final Option UNTIL =
      Usage.option("until", "TIME", "Before this day or time, in UTC.");
  private static final Option JSON = Usage.flag("json", "Print the lines as they are.");

  @Override
  public Usage usage() {
    return new Usage(
        "audit query [OPTIONS] FILE...",
        "Print who read secrets, by the lines of an audit trail, in columns.\n"
            + "The lines are not verified: see audit verify.",
        List.of(AuditVerifyCommand.FILES),
        List.of(SECRET, CALLER, OUTCOME, SINCE, UNTIL, JSON));
  }

  @Override
  public int run(Arguments arguments) throws ParseException, IOException {
    var files = arguments.all(AuditVerifyCommand.FILES, Path::of);
    var query =
        new AuditQuery(
            arguments.value(SECRET, AuditQueryCommand::glob),
            arguments.value(CALLER, text -> text),
            arguments.value(OUTCOME, text -> text),
            arguments.value(SINCE, AuditQueryCommand::time).orElse(Instant.MIN),
            arguments.value(UNTIL, AuditQueryCommand::time).orElse(Instant.MAX));
    return print(query, files, arguments.has(JSON));
  }

  /** Ends once no one reads its output any more, as behind {@code | head}. */
  private int print(AuditQuery query, List<Path> files, boolean isJson) throws IOException {
    var out = new PrintStream(new BufferedOutputStream(context.out()), context.terminal(), UTF_8);
    if (!isJson) {
      out.println(String.join("\t", COLUMNS));
    }
    try {
      long damaged =
          query.search(
              files,
              (line, fields) -> {
                out.println(isJson ? OneLine.of(line) : row(fields));
                return !context.out().checkError();
              });
      if (damaged > 0) {
        context.err().println("Damaged lines, which were passed over: " + damaged);
      }
    } finally {
      out.flush();
    }
    return context.out().checkError() ? ExitStatus.FAILED : ExitStatus.DONE;
  }

  private static String row(JsonObject line) {
    return COLUMNS.stream()
        .map(column -> AuditQuery.text(line, column).map(OneLine::of).orElse("-"))
        .collect(joining("\t"));
  }

  private static Predicate<String> glob(String text) {
    var pattern =
        Stream.of(text.split("(?<=[*?])|(?=[*?])"))
            .map(part -> part.equals("*") ? ".*" : part.equals("?") ? "." : Pattern.quote(part))
            .collect(joining());
    return Pattern.compile(pattern, Pattern.DOTALL).asMatchPredicate();
  }

  private static Instant time(String text) {
    try {
      return text.contains("T")
          ? Instant.parse(text)
          : LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC);
    } catch (DateTimeParseException otherForm) {
      throw new IllegalArgumentException(
          "write 2026-12-31, or 2026-12-31T08:00:00Z for a time in UTC", otherForm);
    }
  }
}
