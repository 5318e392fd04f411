package dev.kmsagent.emulator.http;

import java.util.LinkedHashMap;
import java.util.Map;

/** A response whose body is UTF-8; the date and the length are added when it is written. */
public record HttpResponse(int status, Map<String, String> headers, String body) {
  public HttpResponse {
    headers = Map.copyOf(headers);
  }

  /** A JSON document. */
  public static HttpResponse json(int status, String document) {
    return of(status, "application/json;charset=utf-8", document);
  }

  /** A plain text. */
  public static HttpResponse text(int status, String text) {
    return of(status, "text/plain;charset=utf-8", text);
  }

  /** An HTML page. */
  public static HttpResponse html(int status, String page) {
    return of(status, "text/html", page);
  }

  /** A status without a body. */
  public static HttpResponse empty(int status) {
    return new HttpResponse(status, Map.of(), "");
  }

  private static HttpResponse of(int status, String contentType, String body) {
    return new HttpResponse(status, Map.of("Content-Type", contentType), body);
  }

  /** The same response with one more header. */
  public HttpResponse withHeader(String name, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new HttpResponse(status, more, body);
  }

  /** The same status and headers with another body. */
  public HttpResponse withBody(String other) {
    return new HttpResponse(status, headers, other);
  }

  /** The status; the body may hold a secret. */
  @Override
  public String toString() {
    return Integer.toString(status);
  }
}
