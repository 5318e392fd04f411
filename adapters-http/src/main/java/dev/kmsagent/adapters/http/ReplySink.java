package dev.kmsagent.adapters.http;

import java.io.IOException;

/** Where the answer to one request goes, whatever server received it. */
@FunctionalInterface
interface ReplySink {
  /** Sends {@code reply} under {@code requestId}. Throws when the client does not take it. */
  void send(Reply reply, String requestId) throws IOException;
}
