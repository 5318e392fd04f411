package dev.kmsagent.emulator.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The header fields of a request, by lower-case name, each with its values in the order of arrival.
 */
public record HttpHeaders(Map<String, List<String>> fields) {

  public HttpHeaders {
    var copy = new LinkedHashMap<String, List<String>>();
    fields.forEach(
        (name, values) ->
            copy.computeIfAbsent(name.toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
                .addAll(values));
    copy.replaceAll((_, values) -> List.copyOf(values));
    fields = Map.copyOf(copy);
  }

  /** The first value of a field, whatever the case of its name. */
  public Optional<String> first(String name) {
    return fields.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()).stream().findFirst();
  }

  /** The lower-case names of all fields present. */
  public Set<String> names() {
    return fields.keySet();
  }
}
