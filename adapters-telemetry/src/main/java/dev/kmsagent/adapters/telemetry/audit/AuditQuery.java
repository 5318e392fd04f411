package dev.kmsagent.adapters.telemetry.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Searches files of an audit trail for reads and rejected requests. It reads each file once, a line
 * at a time, and verifies nothing.
 *
 * @param secret tells whether the name of a secret is searched for; empty for lines of any kind
 * @param caller part of the subject, pod, role or address
 * @param since the first time, and {@code until} the first that is too late
 */
public record AuditQuery(
    Optional<Predicate<String>> secret,
    Optional<String> caller,
    Optional<String> outcome,
    Instant since,
    Instant until) {
  private static final List<String> CALLER = List.of("subject", "pod", "role", "peer");
  private static final String TIME = "\"time\":\"";

  /** Passes each line that is searched for, and its fields, to {@code found}, in their order. */
  public void search(List<Path> files, BiConsumer<String, JsonObject> found) throws IOException {
    for (var file : files) {
      try (var lines = AuditLines.open(file)) {
        for (var line = lines.next(); line.isPresent(); line = lines.next()) {
          var text = new String(line.get(), UTF_8);
          if (isInTime(text)) {
            parse(text).filter(this::matches).ifPresent(it -> found.accept(text, it));
          }
        }
      }
    }
  }

  /** Most lines need not be parsed. */
  private boolean isInTime(String line) {
    int begin = line.indexOf(TIME) + TIME.length();
    int end = line.indexOf('"', begin);
    if (begin < TIME.length() || end < 0) {
      return false;
    }
    var time = Instant.parse(line.substring(begin, end));
    return !time.isBefore(since) && time.isBefore(until);
  }

  private static Optional<JsonObject> parse(String line) {
    try {
      return Optional.of(JsonParser.parseString(line).getAsJsonObject());
    } catch (JsonParseException | IllegalStateException changed) {
      return Optional.empty();
    }
  }

  private boolean matches(JsonObject line) {
    return secret.map(it -> text(line, "secret").filter(it).isPresent()).orElse(true)
        && outcome.map(it -> text(line, "outcome").filter(it::equals).isPresent()).orElse(true)
        && caller.map(it -> callers(line).anyMatch(who -> who.contains(it))).orElse(true);
  }

  private static Stream<String> callers(JsonObject line) {
    return CALLER.stream().flatMap(field -> text(line, field).stream());
  }

  /** A field that is a text or a number; empty if there is none. */
  public static Optional<String> text(JsonObject line, String field) {
    return Optional.ofNullable(line.get(field))
        .filter(it -> it.isJsonPrimitive())
        .map(it -> it.getAsString());
  }
}
