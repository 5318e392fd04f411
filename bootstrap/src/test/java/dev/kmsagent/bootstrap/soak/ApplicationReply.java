package dev.kmsagent.bootstrap.soak;

import java.util.regex.Pattern;

/**
 * What an application needs of an answer with {@code ResponseType = 0}.
 *
 * @param verdict {@code 200}, or the status and code of a failure
 * @param cache {@code Cache-Status} without its name and its seconds
 * @param age the seconds since the call to KMS
 */
record ApplicationReply(String verdict, String cache, long age, String value) {
  private static final String CACHE = "\r\nCache-Status: kms-agent; ";
  private static final Pattern TTL = Pattern.compile("; ttl=-?\\d+");
  private static final String VALUE = "\"SecretData\":\"";
  private static final Pattern CODE = Pattern.compile("\"Code\":\"([^\"]*)\"");

  /** Reads head and body. */
  static ApplicationReply of(String response) {
    var status = response.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length());
    if (!status.equals("200")) {
      var code = CODE.matcher(response);
      return new ApplicationReply(status + (code.find() ? " " + code.group(1) : ""), "", 0, "");
    }
    var cache = between(response, CACHE, "\r\n");
    return new ApplicationReply(
        status,
        TTL.matcher(cache).replaceFirst(""),
        Long.parseLong(between(response, "\r\nAge: ", "\r\n")),
        between(response, VALUE, "\""));
  }

  private static String between(String text, String before, String after) {
    var begin = text.indexOf(before);
    if (begin < 0) {
      return "0";
    }
    begin += before.length();
    return text.substring(begin, text.indexOf(after, begin));
  }

  boolean isFound() {
    return verdict.equals("200");
  }

  /** From the cache, without waiting for KMS. */
  boolean isHit() {
    return cache.startsWith("hit");
  }

  boolean isStale() {
    return cache.contains("stale-if-error");
  }

  /** The refusal of the secret by KMS. */
  boolean isRefusal() {
    return verdict.equals("403 Forbidden.NoPermission")
        || verdict.equals("409 Rejected.ResourceInDeleteWindow");
  }
}
