package dev.kmsagent.adapters.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.kmsagent.domain.Caller;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.port.AgentEvent;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.ReadEvent;
import dev.kmsagent.testkit.Events;
import dev.kmsagent.testkit.LogRecorder;
import dev.kmsagent.testkit.MeasuredPage;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/metrics.md} lists each event of the log with its fields: those that the events of the
 * agent become, and those that other modules log themselves, by their source.
 */
final class LogReferenceTest {
  private static final MeasuredPage PAGE =
      new MeasuredPage(
          Path.of("..", "docs", "metrics.md"),
          "logs.write",
          "./mvnw test -pl adapters-telemetry -am -Dtest=LogReferenceTest"
              + " -Dsurefire.failIfNoSpecifiedTests=false");

  /** From the start of a statement that logs to its event. */
  private static final Pattern STATEMENT =
      Pattern.compile(
          "(?s)(?:LOG|getLogger\\([^)]*\\))\\s*\\.at(?<level>\\w+)\\(\\)"
              + "(?<fields>(?:(?!LOG\\b).)*?)\\.log\\(\"(?<event>[a-z_]+)\"\\)");

  /** A line that is made without a logger. */
  private static final Pattern LINE =
      Pattern.compile(
          "(?<fields>(?:new KeyValuePair[^;]*)+);\\s+return line\\([^;]*"
              + "Level.(?<level>\\w+), \"(?<event>[a-z_]+)\"");

  private static final Pattern ENDS = Pattern.compile("\\.log\\([^;]*;");
  private static final Pattern NAME = Pattern.compile("\"([a-z]+(?:_[a-z]+)+)\"");
  private static final Pattern FIELD = Pattern.compile("KeyValue(?:Pair)?\\(\\s*\"(\\w+)\"");

  private static final Caller CALLER =
      new Caller(new Subject("shop", "app"), "pod-1", new Principal("acs:ram::1:role/app"));

  private final Map<String, Line> lines = new TreeMap<>();

  private record Line(TreeSet<String> levels, TreeSet<String> fields) {}

  private Line line(String event) {
    return lines.computeIfAbsent(event, _ -> new Line(new TreeSet<>(), new TreeSet<>()));
  }

  @Test
  void it_lists_every_event_with_its_fields() {
    for (var credentials : List.of(CredentialOrigin.ISSUED, CredentialOrigin.EACH_POD)) {
      everythingHappens(credentials).forEach(this::add);
    }
    var becomeOfEvents = lines.size();
    sources()
        .flatMap(it -> Stream.of(STATEMENT, LINE).flatMap(that -> that.matcher(it).results()))
        .forEach(this::add);

    assertThat(lines.keySet()).containsAll(namesIn("adapters-telemetry"));
    assertThat(lines).hasSizeGreaterThan(becomeOfEvents + 5);
    PAGE.verify("log events", table());
  }

  /** Twice, since some lines follow others; and enough hits in a second for some to be left out. */
  private static List<ILoggingEvent> everythingHappens(CredentialOrigin credentials) {
    var time = new VirtualTime();
    try (var log = LogRecorder.ofOwnLogger().withDebug()) {
      var logging = new LoggingEvents(time, credentials, log.logger());
      var events = Examples.direct(logging.handlers());
      for (var query : List.of(Secrets.current("app/db"), Secrets.byId("app/db", "v1"))) {
        Events.ofEveryKind(query, Secrets.text("app/db", "v1", "x"), "said", Duration.ZERO)
            .forEach(event -> repeat(event, events));
        time.advance(Duration.ofMinutes(1));
      }
      new FanOutEvents(List.of(new Broken()), time, log.logger())
          .publish(new ReadEvent.RequestRejected(403, "said"));
      return log.events();
    }
  }

  private static final class Broken extends EventHandler<ReadEvent> {
    Broken() {
      super(ReadEvent.class);
    }

    @Override
    public void handle(ReadEvent event) {
      throw new IllegalStateException("a bug");
    }
  }

  private static void repeat(AgentEvent event, AgentEvents events) {
    events.publish(event);
    if (event instanceof ReadEvent.SecretRead read) {
      IntStream.range(0, 200)
          .forEach(
              _ ->
                  events.publish(
                      new ReadEvent.SecretRead(
                          read.query(), read.outcome(), read.took(), Optional.of(CALLER))));
    }
  }

  private void add(ILoggingEvent event) {
    var line = line(event.getMessage());
    line.levels().add(event.getLevel().toString());
    Stream.ofNullable(event.getKeyValuePairs())
        .flatMap(List::stream)
        .forEach(pair -> line.fields().add(pair.key));
  }

  private void add(MatchResult statement) {
    var line = line(statement.group("event"));
    line.levels().add(statement.group("level").toUpperCase(Locale.ROOT));
    FIELD
        .matcher(statement.group("fields"))
        .results()
        .forEach(it -> line.fields().add(it.group(1)));
  }

  /** The texts with which the code of a module ends a line. */
  private static Set<String> namesIn(String module) {
    return sourcesOf(module)
        .flatMap(source -> ENDS.matcher(source).results())
        .flatMap(end -> NAME.matcher(end.group()).results())
        .map(name -> name.group(1))
        .collect(Collectors.toSet());
  }

  private static Stream<String> sources() {
    return Stream.of("adapters-http", "adapters-kms", "adapters-cache", "bootstrap")
        .flatMap(LogReferenceTest::sourcesOf);
  }

  private static Stream<String> sourcesOf(String module) {
    var sources = new ArrayList<String>();
    try (var files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
      for (var file : files.filter(it -> it.toString().endsWith(".java")).toList()) {
        sources.add(Files.readString(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return sources.stream();
  }

  private String table() {
    return lines.entrySet().stream()
        .map(it -> row(it.getKey(), it.getValue()))
        .collect(Collectors.joining("", "\n| event | level | fields |\n|---|---|---|\n", "\n"));
  }

  private static String row(String event, Line line) {
    var fields = line.fields().stream().map(it -> "`" + it + "`");
    return "| `%s` | %s | %s |%n"
        .formatted(
            event, String.join(", ", line.levels()), fields.collect(Collectors.joining(", ")));
  }
}
