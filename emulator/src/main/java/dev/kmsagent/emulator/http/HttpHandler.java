package dev.kmsagent.emulator.http;

/** ControlResponses requests, from many threads at once. */
@FunctionalInterface
public interface HttpHandler {
  /**
   * The reply to a request. An exception becomes status 500 without its message, and goes to the
   * thread's handler of uncaught ones.
   */
  Reply handle(HttpRequest request);
}
