package dev.kmsagent.adapters.http;

import java.util.List;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * What the checks read of a request.
 *
 * @param path as it was sent: not decoded, not normalised
 * @param query as it was sent, without its question mark; null when there is none
 */
record RequestHead(String method, String path, @Nullable String query, HttpFields fields) {
  static RequestHead of(Request request) {
    var uri = request.getHttpURI();
    return new RequestHead(
        request.getMethod(), uri.getPath(), uri.getQuery(), request.getHeaders());
  }

  /** The values of every field called {@code name}, in any case; usually none. */
  List<String> values(String name) {
    int size = fields.size();
    for (int i = 0; i < size; i++) {
      if (fields.getField(i).is(name)) {
        return fields.getValuesList(name);
      }
    }
    return List.of();
  }
}
