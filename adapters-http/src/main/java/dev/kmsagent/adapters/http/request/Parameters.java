package dev.kmsagent.adapters.http.request;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The parameters of one request, each given once at most and in good form. */
record Parameters(Map<Parameter, String> values) {
  Parameters {
    values = Map.copyOf(values);
  }

  Optional<String> value(Parameter parameter) {
    return Optional.ofNullable(values.get(parameter));
  }

  /** Reads a query; empty pieces between ampersands are no parameters. */
  static Parsed<Parameters> parse(@Nullable String rawQuery) {
    var values = new EnumMap<Parameter, String>(Parameter.class);
    for (var piece : rawQuery == null ? new String[0] : rawQuery.split("&", -1)) {
      if (!piece.isEmpty() && add(piece, values) instanceof Parsed.Bad<Parameter>(var problem)) {
        return new Parsed.Bad<>(problem);
      }
    }
    return new Parsed.Good<>(new Parameters(values));
  }

  private static Parsed<Parameter> add(String piece, Map<Parameter, String> values) {
    int equals = piece.indexOf('=');
    var rawName = equals < 0 ? piece : piece.substring(0, equals);
    var rawValue = equals < 0 ? "" : piece.substring(equals + 1);
    return name(rawName)
        .then(
            parameter ->
                parameter
                    .read(rawValue, PercentDecoding.QUERY)
                    .then(value -> put(parameter, value, values)));
  }

  private static Parsed<Parameter> name(String raw) {
    return PercentDecoding.QUERY
        .decode("the name of a parameter", raw)
        .then(
            name ->
                Parameter.called(name)
                    .<Parsed<Parameter>>map(Parsed.Good::new)
                    .orElseGet(
                        () -> new Parsed.Bad<>("there is no parameter \"" + shown(name) + '"')));
  }

  private static Parsed<Parameter> put(
      Parameter parameter, String value, Map<Parameter, String> values) {
    return values.putIfAbsent(parameter, value) == null
        ? new Parsed.Good<>(parameter)
        : new Parsed.Bad<>(parameter.spelling() + " is given more than once");
  }

  /** A client's own word, short and printable enough to be said back to it. */
  private static String shown(String name) {
    var start = name.length() > 40 ? name.substring(0, 40) + ".." : name;
    return start.codePoints().allMatch(c -> c >= ' ' && c <= '~') ? start : "..";
  }
}
