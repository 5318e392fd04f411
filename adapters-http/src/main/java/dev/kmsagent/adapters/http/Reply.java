package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Dialect;
import dev.kmsagent.adapters.http.dialect.Failure;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * An answer, ready to be sent.
 *
 * @param headers what this answer says besides what all do
 */
record Reply(int status, Map<String, String> headers, Body body) {
  static final String JSON = "application/json";

  Reply {
    headers = Map.copyOf(headers);
  }

  /** Gives every header to {@code out}: those that all answers have, and those of this one. */
  void eachHeader(String requestId, BiConsumer<String, String> out) {
    out.accept("Cache-Control", "no-store");
    out.accept("X-Content-Type-Options", "nosniff");
    out.accept("X-Request-Id", requestId);
    headers.forEach(out);
  }

  /** The bytes of a body. */
  interface Body {
    /** No bytes. */
    Body NONE = of(new byte[0]);

    int size();

    void writeTo(OutputStream out) throws IOException;

    static Body of(byte[] bytes) {
      return new Body() {
        @Override
        public int size() {
          return bytes.length;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
          out.write(bytes);
        }
      };
    }
  }

  static Reply of(int status, String contentType, byte[] body) {
    return new Reply(status, Map.of("Content-Type", contentType), Body.of(body));
  }

  /** A failure as {@code dialect} says it. */
  static Reply of(Failure failure, Dialect dialect, String requestId) {
    var headers = new HashMap<String, String>();
    headers.put("Content-Type", JSON);
    if (failure.status() == 405) {
      headers.put("Allow", "GET");
    }
    if (failure.isPassing()) {
      headers.put("Retry-After", "1");
    }
    return new Reply(failure.status(), headers, Body.of(dialect.failure(failure, requestId)));
  }
}
