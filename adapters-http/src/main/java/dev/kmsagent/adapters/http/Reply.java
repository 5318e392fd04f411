package dev.kmsagent.adapters.http;

import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.ee10.servlet.HttpOutput;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * An answer with all its headers, to be sent once. No thread waits while the client does not read
 * it. A 304 is committed before its end: otherwise the server would add a length of zero, which
 * would be the length of a 200 (RFC 9110 8.6).
 *
 * @param afterwards runs once when it was sent, or cannot be
 */
record Reply(int status, List<HttpField> headers, ByteBuffer body, Runnable afterwards) {
  static final ByteBuffer NO_BODY = ByteBuffer.allocate(0).asReadOnlyBuffer();
  static final Runnable NO_ACTION = () -> {};

  Reply(int status, List<HttpField> headers, ByteBuffer body) {
    this(status, headers, body, NO_ACTION);
  }

  /** Sends it; {@code callback} learns the end. */
  void send(Response response, Callback callback) {
    response.setStatus(status);
    headers.forEach(response.getHeaders()::add);
    var end = Callback.from(afterwards, callback);
    if (status == HttpStatus.NOT_MODIFIED_304) {
      Runnable rest = () -> response.write(true, NO_BODY, end);
      response.write(false, NO_BODY, Callback.from(rest, end::failed));
    } else {
      response.write(true, body, end);
    }
  }

  /**
   * Sends it as the answer to an asynchronous request. The result completes when it was sent, or
   * when the client is gone.
   */
  CompletableFuture<Void> send(HttpServletResponse response) {
    var sent = new CompletableFuture<Void>();
    var _ = sent.thenRun(afterwards);
    try {
      response.setStatus(status);
      response.setContentType(null);
      headers.forEach(field -> response.setHeader(field.getName(), field.getValue()));
      if (status != HttpStatus.NOT_MODIFIED_304) {
        response.setContentLength(body.remaining());
      }
      var out = (HttpOutput) response.getOutputStream();
      out.setWriteListener(new Writer(out, body.duplicate(), sent));
    } catch (IOException gone) {
      sent.complete(null);
    }
    return sent;
  }

  /** Writes a body, or only the head if the body is empty. */
  private static final class Writer implements WriteListener {
    private final HttpOutput out;
    private final ByteBuffer body;
    private final CompletableFuture<Void> sent;
    private boolean isWritten;

    Writer(HttpOutput out, ByteBuffer body, CompletableFuture<Void> sent) {
      this.out = out;
      this.body = body;
      this.sent = sent;
    }

    @Override
    public void onWritePossible() throws IOException {
      while (out.isReady()) {
        if (isWritten) {
          sent.complete(null);
          return;
        }
        isWritten = true;
        if (body.hasRemaining()) {
          out.write(body);
        } else {
          out.flush();
        }
      }
    }

    @Override
    public void onError(Throwable gone) {
      sent.complete(null);
    }
  }
}
