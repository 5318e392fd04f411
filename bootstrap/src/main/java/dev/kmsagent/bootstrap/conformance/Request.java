package dev.kmsagent.bootstrap.conformance;

import java.util.List;
import java.util.stream.Stream;

/**
 * A request as it is written to a connection. It may hold a token, so it prints as its target.
 *
 * @param fields the lines of its head after the first
 */
record Request(String method, String target, List<String> fields) {
  Request {
    fields = List.copyOf(fields);
  }

  Request method(String other) {
    return new Request(other, target, fields);
  }

  Request and(String query) {
    return new Request(method, target + '&' + query, fields);
  }

  Request with(String field) {
    return new Request(method, target, Stream.concat(fields.stream(), Stream.of(field)).toList());
  }

  /** Without the fields of this name. */
  Request without(String name) {
    var prefix = name + ':';
    return new Request(
        method,
        target,
        fields.stream()
            .filter(field -> !field.regionMatches(true, 0, prefix, 0, prefix.length()))
            .toList());
  }

  String text() {
    return method + ' ' + target + " HTTP/1.1\r\n" + String.join("\r\n", fields) + "\r\n\r\n";
  }

  @Override
  public String toString() {
    return method + ' ' + target;
  }
}
