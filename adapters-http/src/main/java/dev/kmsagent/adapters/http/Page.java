package dev.kmsagent.adapters.http;

import java.util.List;
import java.util.Optional;

/** What is told to everybody: nothing of it is secret. */
enum Page {
  PING("/ping"),
  HEALTHZ("/healthz"),
  READYZ("/readyz"),
  METRICS("/metrics");

  private static final List<Page> ALL = List.of(values());

  private final String path;

  Page(String path) {
    this.path = path;
  }

  static Optional<Page> at(String path) {
    for (var page : ALL) {
      if (page.path.equals(path)) {
        return Optional.of(page);
      }
    }
    return Optional.empty();
  }
}
