package dev.kmsagent.emulator.http;

import java.util.LinkedHashMap;
import java.util.Map;

/** A whole response; its length field and the connection's fields are added when it is written. */
public record HttpResponse(int status, Map<String, String> headers, Bytes body) {

  public HttpResponse {
    headers = Map.copyOf(headers);
  }

  /** A JSON document. */
  public static HttpResponse json(int status, String document) {
    return new HttpResponse(
        status, Map.of("Content-Type", "application/json;charset=utf-8"), Bytes.utf8(document));
  }

  /** A plain text. */
  public static HttpResponse text(int status, String text) {
    return new HttpResponse(
        status, Map.of("Content-Type", "text/plain;charset=utf-8"), Bytes.utf8(text));
  }

  /** A status and nothing else. */
  public static HttpResponse bare(int status) {
    return new HttpResponse(status, Map.of(), Bytes.none());
  }

  /** The same response with one more field. */
  public HttpResponse with(String name, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new HttpResponse(status, more, body);
  }

  /** The same status and fields round another body. */
  public HttpResponse withBody(Bytes other) {
    return new HttpResponse(status, headers, other);
  }
}
