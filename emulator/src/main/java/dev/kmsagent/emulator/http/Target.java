package dev.kmsagent.emulator.http;

/**
 * A request target in origin form or in absolute form (RFC 9112, 3.2): the authority, empty where
 * it is not named, and the path with its query.
 */
record Target(String authority, String origin) {
  private static final String SCHEME = "http://";

  static Target parse(String text) throws HttpSyntaxException {
    if (text.startsWith("/")) {
      return new Target("", text);
    }
    int path = text.indexOf('/', SCHEME.length());
    if (!text.startsWith(SCHEME) || path <= SCHEME.length()) {
      throw new HttpSyntaxException(400, "not a request target");
    }
    return new Target(text.substring(SCHEME.length(), path), text.substring(path));
  }
}
