package dev.kmsagent.adapters.http.request;

import dev.kmsagent.domain.Identifiers;
import dev.kmsagent.domain.Parsed;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A parameter of a request for a secret, and the rules for its value. */
enum Parameter {
  SECRET_ID("secretId"),
  VERSION_ID("versionId"),
  VERSION_STAGE("versionStage"),
  REFRESH_NOW("refreshNow"),
  FIELD("field"),
  FIELDS("fields"),
  MAX_STALE("maxStale"),
  REJECTED("rejected");

  /** Separates the values of a parameter that may be repeated: none holds it. */
  static final String SEPARATOR = "\n";

  private static final Map<String, Parameter> BY_SPELLING =
      Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(p -> p.spelling, p -> p));

  private final String spelling;

  Parameter(String spelling) {
    this.spelling = spelling;
  }

  /** Whether a piece of a query is a parameter that is known. */
  static boolean isKnown(String piece) {
    return BY_SPELLING.containsKey(piece.split("=", 2)[0]);
  }

  /**
   * Parses a query into parameters that are well-formed and given once, except for {@link
   * #REJECTED}; empty pieces between ampersands are ignored.
   */
  static Parsed<Map<Parameter, String>> parse(@Nullable String rawQuery) {
    var values = new EnumMap<Parameter, String>(Parameter.class);
    for (var piece : rawQuery == null ? new String[0] : rawQuery.split("&", -1)) {
      if (!piece.isEmpty() && add(piece, values) instanceof Parsed.Invalid<String>(var problem)) {
        return new Parsed.Invalid<>(problem);
      }
    }
    return new Parsed.Valid<>(values);
  }

  private static Parsed<String> add(String piece, Map<Parameter, String> values) {
    int equals = piece.indexOf('=');
    var rawName = equals < 0 ? piece : piece.substring(0, equals);
    var rawValue = equals < 0 ? "" : piece.substring(equals + 1);
    return PercentDecoding.QUERY
        .decode("the name of a parameter", rawName)
        .then(Parameter::of)
        .then(
            parameter ->
                parameter
                    .read(rawValue, PercentDecoding.QUERY)
                    .then(value -> parameter.put(value, values)));
  }

  private Parsed<String> put(String value, Map<Parameter, String> values) {
    return values.merge(this, value, (one, other) -> one + SEPARATOR + other).equals(value)
            || this == REJECTED
        ? new Parsed.Valid<>(value)
        : new Parsed.Invalid<>(spelling + " is given more than once");
  }

  /** The problem repeats the name, since it is the client's own, cut and only if printable. */
  private static Parsed<Parameter> of(String name) {
    var known = BY_SPELLING.get(name);
    if (known != null) {
      return new Parsed.Valid<>(known);
    }
    var start = name.length() > 40 ? name.substring(0, 40) + ".." : name;
    var shown = start.codePoints().allMatch(c -> c >= ' ' && c <= '~') ? start : "..";
    return new Parsed.Invalid<>("there is no parameter \"" + shown + '"');
  }

  /** Decodes {@code raw} and checks it. */
  Parsed<String> read(String raw, PercentDecoding decoding) {
    return decoding.decode(spelling, raw).then(this::check);
  }

  private Parsed<String> check(String value) {
    var flaw = Identifiers.flaw(value);
    return flaw.isPresent()
        ? new Parsed.Invalid<>(spelling + " " + flaw.get())
        : new Parsed.Valid<>(value);
  }
}
