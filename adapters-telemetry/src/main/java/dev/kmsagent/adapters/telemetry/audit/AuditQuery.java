package dev.kmsagent.adapters.telemetry.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
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

  /**
   * Passes each line that is searched for, and its fields, to {@code found}, in their order, until
   * that returns false.
   *
   * @return how many lines were passed over since they were damaged
   */
  public long search(List<Path> files, BiPredicate<String, JsonObject> found) throws IOException {
    long damaged = 0;
    for (var file : files) {
      try (var lines = AuditLines.open(file)) {
        for (var line = lines.next(); line.isPresent() && !lines.isTorn(); line = lines.next()) {
          var text = new String(line.get(), UTF_8);
          try {
            var fields = matching(text);
            if (fields.isPresent() && !found.test(text, fields.get())) {
              return damaged;
            }
          } catch (JsonParseException changed) {
            damaged++;
          }
        }
      }
    }
    return damaged;
  }

  /**
   * The fields of a line that is searched for.
   *
   * @throws JsonParseException if it is damaged
   */
  private Optional<JsonObject> matching(String line) {
    try {
      return isInTime(line)
          ? Optional.of(JsonParser.parseString(line).getAsJsonObject()).filter(this::matches)
          : Optional.empty();
    } catch (DateTimeParseException | IllegalStateException changed) {
      throw new JsonParseException("no line of an audit trail", changed);
    }
  }

  /** Most lines need not be parsed. */
  private boolean isInTime(String line) {
    int begin = line.indexOf(TIME) + TIME.length();
    int end = line.indexOf('"', begin);
    if (begin < TIME.length() || end < 0) {
      throw new JsonParseException("no time");
    }
    var time = Instant.parse(line.substring(begin, end));
    return !time.isBefore(since) && time.isBefore(until);
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
