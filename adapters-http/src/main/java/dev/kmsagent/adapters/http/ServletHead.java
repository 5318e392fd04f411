package dev.kmsagent.adapters.http;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The head of a request as the servlet API has it. */
record ServletHead(HttpServletRequest request) implements RequestHead {
  @Override
  public String method() {
    return request.getMethod();
  }

  @Override
  public String path() {
    return request.getRequestURI();
  }

  @Override
  public @Nullable String query() {
    return request.getQueryString();
  }

  @Override
  public List<String> values(String name) {
    return Collections.list(request.getHeaders(name));
  }
}
