package dev.kmsagent.adapters.http;

import java.io.IOException;

/** What is done with the requests that come in at one address. Thread-safe. */
interface Listener {
  /** Answers one request; may wait. Throws when the client does not take the answer. */
  void serve(RequestHead head, ReplySink sink) throws IOException;

  /**
   * Answers one request if nothing has to be waited for or begun; else it leaves the request as it
   * is and gives false. {@code sink} must not wait either.
   */
  boolean serveAtOnce(RequestHead head, ReplySink sink) throws IOException;
}
