package dev.kmsagent.emulator.http;

import java.time.Duration;
import java.util.OptionalInt;

/** What the server sends in answer to a request; durations are of the emulator's time. */
public sealed interface ServerReply {
  /** The status that it sends, if any. */
  default OptionalInt status() {
    return switch (this) {
      case Complete(var response) -> OptionalInt.of(response.status());
      case Delayed(_, var then) -> then.status();
      case Dripped(var response, _) -> OptionalInt.of(response.status());
      case Truncated(var response, _) -> OptionalInt.of(response.status());
      case Reset _, Hanging _ -> OptionalInt.empty();
    };
  }

  /** The response, at once. */
  record Complete(HttpResponse response) implements ServerReply {}

  /** Nothing until the delay is over, then another reply. */
  record Delayed(Duration delay, ServerReply then) implements ServerReply {}

  /** The head at once, then the body one byte at a time, each after {@code interval}. */
  record Dripped(HttpResponse response, Duration interval) implements ServerReply {}

  /**
   * A head that announces the whole body, the first {@code bytes} bytes of it, and the end of the
   * connection.
   */
  record Truncated(HttpResponse response, int bytes) implements ServerReply {}

  /** A TCP reset before any byte. */
  record Reset() implements ServerReply {}

  /** Never anything; the connection stays open until the client or the listener closes it. */
  record Hanging() implements ServerReply {}
}
