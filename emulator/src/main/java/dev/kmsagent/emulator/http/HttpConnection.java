package dev.kmsagent.emulator.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Serves the requests of one connection, one after the other; for one thread. */
final class HttpConnection {
  private static final int NO_CONTENT = 204;
  private static final DateTimeFormatter IMF_FIXDATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private final Socket socket;
  private final HttpHandler handler;
  private final EmulatorTime time;
  private final CompletableFuture<?> closing;
  private final InputStream in;
  private final OutputStream out;

  /** {@code closing} ends every wait: it completes when the listener closes. */
  HttpConnection(
      Socket socket, HttpHandler handler, EmulatorTime time, CompletableFuture<?> closing)
      throws IOException {
    this.socket = socket;
    this.handler = handler;
    this.time = time;
    this.closing = closing;
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream());
    out = new BufferedOutputStream(socket.getOutputStream());
  }

  /** What follows an exchange. */
  private enum Next {
    REQUEST,
    CLOSE
  }

  /** Returns when the connection is to be closed. */
  void serve() throws IOException {
    var reader = new RequestReader(in);
    Next next = Next.REQUEST;
    while (next == Next.REQUEST) {
      next = exchange(reader);
    }
  }

  private Next exchange(RequestReader reader) throws IOException {
    try {
      Optional<HttpRequest> request = reader.next();
      if (request.isEmpty()) {
        return Next.CLOSE;
      }
      Next next = send(handle(request.get()));
      return request.get().header("connection").filter("close"::equalsIgnoreCase).isPresent()
          ? Next.CLOSE
          : next;
    } catch (RequestReader.SyntaxException e) {
      send(new ServerReply.Complete(e.response()));
      return Next.CLOSE;
    }
  }

  private ServerReply handle(HttpRequest request) {
    try {
      return handler.handle(request);
    } catch (RuntimeException e) {
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
      return new ServerReply.Complete(
          HttpResponse.text(500, "emulator: " + e.getClass().getName()));
    }
  }

  private Next send(ServerReply reply) throws IOException {
    Next next =
        switch (reply) {
          case ServerReply.Complete(var response) -> {
            out.write(sendHead(response));
            yield Next.REQUEST;
          }
          case ServerReply.Delayed(var delay, var then) -> {
            pause(delay);
            yield send(then);
          }
          case ServerReply.Dripped(var response, var interval) -> {
            for (byte each : sendHead(response)) {
              out.flush();
              pause(interval);
              out.write(each);
            }
            yield Next.REQUEST;
          }
          case ServerReply.Truncated(var response, var bytes) -> {
            byte[] body = sendHead(response);
            out.write(body, 0, Math.min(bytes, body.length));
            yield Next.CLOSE;
          }
          case ServerReply.Reset() -> {
            // A socket that is closed with a linger of zero sends RST instead of FIN.
            socket.setSoLinger(true, 0);
            yield Next.CLOSE;
          }
          case ServerReply.Hanging() -> {
            in.transferTo(OutputStream.nullOutputStream());
            yield Next.CLOSE;
          }
        };
    out.flush();
    return next;
  }

  private void pause(Duration delay) throws IOException {
    CompletableFuture.anyOf(time.after(delay), closing).join();
    if (closing.isDone()) {
      throw new IOException("the listener is closing");
    }
  }

  /** Writes the head, with date (RFC 9110, 6.6.1) and length, and returns the body to write. */
  private byte[] sendHead(HttpResponse response) throws IOException {
    byte[] body = response.body().getBytes(UTF_8);
    var head = new StringBuilder("HTTP/1.1 " + response.status() + " \r\n");
    response.headers().forEach((name, value) -> field(head, name, value));
    field(head, "Date", IMF_FIXDATE.format(time.instant()));
    if (response.status() != NO_CONTENT) {
      field(head, "Content-Length", Integer.toString(body.length));
    }
    out.write(head.append("\r\n").toString().getBytes(ISO_8859_1));
    return body;
  }

  private static void field(StringBuilder head, String name, String value) {
    head.append(name).append(": ").append(value).append("\r\n");
  }
}
