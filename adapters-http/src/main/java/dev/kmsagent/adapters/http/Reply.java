package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Dialect;
import dev.kmsagent.adapters.http.dialect.Failure;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;

/**
 * An answer, ready to be sent once.
 *
 * @param headers what this answer says besides what all do
 */
record Reply(int status, List<HttpField> headers, ByteBuffer body) {
  static final HttpField JSON =
      new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "application/json");

  private static final HttpField NO_STORE =
      new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, "no-store");
  private static final HttpField NO_SNIFFING =
      new PreEncodedHttpField("X-Content-Type-Options", "nosniff");
  private static final HttpField GET_ALONE = new PreEncodedHttpField(HttpHeader.ALLOW, "GET");
  private static final HttpField SOON = new PreEncodedHttpField(HttpHeader.RETRY_AFTER, "1");
  private static final String REQUEST_ID = "X-Request-Id";

  /** Gives every header to {@code out}: those that all answers have, and those of this one. */
  void eachHeader(String requestId, Consumer<HttpField> out) {
    out.accept(NO_STORE);
    out.accept(NO_SNIFFING);
    out.accept(new HttpField(REQUEST_ID, requestId));
    headers.forEach(out);
  }

  static Reply of(int status, HttpField contentType, byte[] body) {
    return new Reply(status, List.of(contentType), ByteBuffer.wrap(body));
  }

  /** A failure as {@code dialect} says it. */
  static Reply of(Failure failure, Dialect dialect, String requestId) {
    var headers = new ArrayList<>(List.of(JSON));
    if (failure.status() == 405) {
      headers.add(GET_ALONE);
    }
    if (failure.isPassing()) {
      headers.add(SOON);
    }
    return new Reply(
        failure.status(), headers, ByteBuffer.wrap(dialect.failure(failure, requestId)));
  }
}
