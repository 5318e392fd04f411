package dev.kmsagent.adapters.http;

import java.util.Arrays;
import java.util.Optional;

/** What is told to everybody: nothing of it is secret. */
enum Page {
  PING("/ping"),
  HEALTHZ("/healthz"),
  READYZ("/readyz"),
  METRICS("/metrics");

  private final String path;

  Page(String path) {
    this.path = path;
  }

  static Optional<Page> at(String path) {
    return Arrays.stream(values()).filter(page -> page.path.equals(path)).findFirst();
  }
}
