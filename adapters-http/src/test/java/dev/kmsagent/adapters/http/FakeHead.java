package dev.kmsagent.adapters.http;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The head of a request that nobody sent; names of headers are in lower case. */
record FakeHead(
    String method, String path, @Nullable String query, Map<String, List<String>> fields)
    implements RequestHead {
  static FakeHead of(Map<String, List<String>> fields) {
    return new FakeHead("GET", "/", null, fields);
  }

  @Override
  public List<String> values(String name) {
    return fields.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
  }
}
