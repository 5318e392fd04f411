package dev.kmsagent.emulator.http;

/** Answers requests, from many threads at once. */
@FunctionalInterface
public interface HttpHandler {
  /** The reply to a request; an exception becomes status 500 and its text is not shown. */
  Reply handle(HttpRequest request);
}
