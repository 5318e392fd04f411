package dev.kmsagent.emulator.http;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A request as it was received: {@code authority} is the host and port of a target in absolute
 * form, which clients send to proxies, and else empty; {@code target} is the raw path and query;
 * {@code headers} have lower-case names, each with its values in the order of arrival; {@code body}
 * is read as UTF-8.
 */
public record HttpRequest(
    String method,
    String authority,
    String target,
    Map<String, List<String>> headers,
    String body) {
  public HttpRequest {
    headers =
        headers.entrySet().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    field -> field.getKey().toLowerCase(Locale.ROOT),
                    field -> List.copyOf(field.getValue())));
  }

  /** The first value of a header, whatever the case of its name. */
  public Optional<String> header(String name) {
    return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()).stream().findFirst();
  }

  /** The raw path, without the query. */
  public String path() {
    int mark = target.indexOf('?');
    return mark < 0 ? target : target.substring(0, mark);
  }

  /** The raw query, empty where there is none. */
  public String query() {
    int mark = target.indexOf('?');
    return mark < 0 ? "" : target.substring(mark + 1);
  }

  /** Without target and headers, which carry signatures and may carry a secret. */
  @Override
  public String toString() {
    return method + " " + path();
  }
}
