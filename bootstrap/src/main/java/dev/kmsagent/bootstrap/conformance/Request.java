package dev.kmsagent.bootstrap.conformance;

import java.util.List;

/**
 * A request as it is written to a connection. It may hold a token, so it prints as its target.
 *
 * @param fields the lines of its head after the first
 */
record Request(String method, String target, List<String> fields) {
  Request {
    fields = List.copyOf(fields);
  }

  String text() {
    return method + ' ' + target + " HTTP/1.1\r\n" + String.join("\r\n", fields) + "\r\n\r\n";
  }

  @Override
  public String toString() {
    return method + ' ' + target;
  }
}
