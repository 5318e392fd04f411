package dev.kmsagent.adapters.http;

import java.io.IOException;

/** What is done with the requests that come in at one address. Thread-safe. */
@FunctionalInterface
interface Listener {
  /** Answers one request; may wait. Throws when the client does not take the answer. */
  void serve(RequestHead head, ReplySink sink) throws IOException;
}
