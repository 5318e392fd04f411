package dev.kmsagent.emulator.http;

/** Answers requests, from many threads at once. */
@FunctionalInterface
public interface HttpHandler {
  /**
   * The reply to a request. An exception becomes status 500 without its message, and goes to the
   * thread's uncaught exception handler.
   */
  ServerReply handle(HttpRequest request);

  /**
   * This handler for requests in origin form; those in absolute form, as for a proxy, are refused.
   */
  default HttpHandler refusingProxyRequests() {
    return request ->
        request.authority().isEmpty()
            ? handle(request)
            : new ServerReply.Complete(HttpResponse.text(400, "this is no proxy"));
  }
}
