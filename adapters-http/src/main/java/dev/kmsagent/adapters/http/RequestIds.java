package dev.kmsagent.adapters.http;

import java.util.concurrent.atomic.AtomicLong;

/** Gives each request an id: the name of this process and a running number. Thread-safe. */
final class RequestIds {
  private final String prefix;
  private final AtomicLong last = new AtomicLong();

  RequestIds(String process) {
    prefix = process + '-';
  }

  String next() {
    return prefix.concat(Long.toString(last.incrementAndGet()));
  }
}
