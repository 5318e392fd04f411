package dev.kmsagent.adapters.http;

import java.util.List;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** The head of a request as Jetty has it. */
record JettyHead(Request request) implements RequestHead {
  @Override
  public String method() {
    return request.getMethod();
  }

  @Override
  public String path() {
    return request.getHttpURI().getPath();
  }

  @Override
  public @Nullable String query() {
    return request.getHttpURI().getQuery();
  }

  @Override
  public List<String> values(String name) {
    var fields = request.getHeaders();
    int size = fields.size();
    for (int i = 0; i < size; i++) {
      if (fields.getField(i).is(name)) {
        return fields.getValuesList(name);
      }
    }
    return List.of();
  }
}
