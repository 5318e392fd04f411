package dev.kmsagent.emulator.http;

import java.time.Duration;

/** What happens on the connection in answer to a request; durations are of the real clock. */
public sealed interface Reply {

  /** The response, at once. */
  record Whole(HttpResponse response) implements Reply {}

  /** Nothing for a while, then another reply. */
  record Late(Duration delay, Reply then) implements Reply {}

  /** The head at once, then the body one byte at a time, each after {@code interval}. */
  record Dripped(HttpResponse response, Duration interval) implements Reply {}

  /**
   * A head that promises the whole body, its first {@code bytes} bytes, and the end of the
   * connection.
   */
  record Cut(HttpResponse response, int bytes) implements Reply {}

  /** The connection is reset before a byte is written. */
  record Reset() implements Reply {}

  /** Never an answer; the connection stays open until the client or the listener ends it. */
  record Silence() implements Reply {}
}
