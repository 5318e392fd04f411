package dev.kmsagent.emulator.http;

/**
 * A request as it came: {@code target} is the raw path and query, percent signs and all; {@code
 * authority} is the host and port of a target that names them, as a client sends it to a proxy, and
 * else empty.
 */
public record HttpRequest(
    String method, String authority, String target, HttpHeaders headers, Bytes body) {

  /** The raw path, without the query. */
  public String path() {
    int mark = target.indexOf('?');
    return mark < 0 ? target : target.substring(0, mark);
  }

  /** The raw query, empty where there is none. */
  public String query() {
    int mark = target.indexOf('?');
    return mark < 0 ? "" : target.substring(mark + 1);
  }

  /** Without target and headers, which carry signatures and may carry a secret. */
  @Override
  public String toString() {
    return method + " " + path();
  }
}
