package dev.kmsagent.emulator.http;

/** Refuses requests that a client means for a proxy, and hands on all others. */
public record NoProxy(HttpHandler rest) implements HttpHandler {
  @Override
  public Reply handle(HttpRequest request) {
    return request.authority().isEmpty()
        ? rest.handle(request)
        : new Reply.Whole(HttpResponse.text(400, "this is no proxy"));
  }
}
