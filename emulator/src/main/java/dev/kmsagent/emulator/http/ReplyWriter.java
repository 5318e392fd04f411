package dev.kmsagent.emulator.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Plays replies on one connection; for one thread. */
final class ReplyWriter {
  private static final int NO_CONTENT = 204;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final CountDownLatch closing;

  /** {@code closing} ends every wait: it reaches zero when the listener closes. */
  ReplyWriter(Socket socket, InputStream in, OutputStream out, CountDownLatch closing) {
    this.socket = socket;
    this.in = in;
    this.out = out;
    this.closing = closing;
  }

  /** Plays a reply and says whether the connection can carry another request. */
  Connection.Next play(Reply reply) throws IOException, InterruptedException {
    return switch (reply) {
      case Reply.Whole(var response) -> whole(response);
      case Reply.Late(var delay, var then) -> {
        pause(delay);
        yield play(then);
      }
      case Reply.Dripped(var response, var interval) -> drip(response, interval);
      case Reply.Cut(var response, var bytes) -> cut(response, bytes);
      case Reply.Reset() -> reset();
      case Reply.Silence() -> silence();
    };
  }

  private Connection.Next whole(HttpResponse response) throws IOException {
    out.write(head(response));
    out.write(response.body().bytes());
    out.flush();
    return Connection.Next.REQUEST;
  }

  private Connection.Next drip(HttpResponse response, Duration interval)
      throws IOException, InterruptedException {
    out.write(head(response));
    out.flush();
    for (byte next : response.body().bytes()) {
      pause(interval);
      out.write(next);
      out.flush();
    }
    return Connection.Next.REQUEST;
  }

  private Connection.Next cut(HttpResponse response, int bytes) throws IOException {
    out.write(head(response));
    out.write(response.body().first(bytes).bytes());
    out.flush();
    return Connection.Next.END;
  }

  /** A socket closed with a linger of zero sends RST instead of FIN. */
  private Connection.Next reset() throws IOException {
    socket.setSoLinger(true, 0);
    return Connection.Next.END;
  }

  private Connection.Next silence() throws IOException {
    in.transferTo(OutputStream.nullOutputStream());
    return Connection.Next.END;
  }

  private void pause(Duration delay) throws IOException, InterruptedException {
    if (closing.await(delay.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new IOException("the listener is closing");
    }
  }

  private static byte[] head(HttpResponse response) {
    var head = new StringBuilder("HTTP/1.1 " + response.status() + " \r\n");
    response
        .headers()
        .forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    if (response.status() != NO_CONTENT) {
      head.append("Content-Length: ").append(response.body().length()).append("\r\n");
    }
    return head.append("\r\n").toString().getBytes(ISO_8859_1);
  }
}
