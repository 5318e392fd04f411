package dev.kmsagent.emulator.http;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * One client's connection: reads requests and plays replies, in turns, until either side ends it.
 */
final class Connection {
  private final Socket socket;
  private final HttpHandler handler;
  private final CountDownLatch closing;

  Connection(Socket socket, HttpHandler handler, CountDownLatch closing) {
    this.socket = socket;
    this.handler = handler;
    this.closing = closing;
  }

  /** What a connection can do after a reply. */
  enum Next {
    REQUEST,
    END
  }

  void serve() throws IOException, InterruptedException {
    try (socket) {
      socket.setTcpNoDelay(true);
      var in = new BufferedInputStream(socket.getInputStream());
      var out = new BufferedOutputStream(socket.getOutputStream());
      var reader = new RequestReader(in);
      var writer = new ReplyWriter(socket, in, out, closing);
      Next next = Next.REQUEST;
      while (next == Next.REQUEST) {
        next = exchange(reader, writer);
      }
    }
  }

  private Next exchange(RequestReader reader, ReplyWriter writer)
      throws IOException, InterruptedException {
    try {
      Optional<HttpRequest> request = reader.next();
      if (request.isEmpty()) {
        return Next.END;
      }
      Next next = writer.play(answer(request.get()));
      return wantsToEnd(request.get()) ? Next.END : next;
    } catch (HttpSyntaxException e) {
      writer.play(new Reply.Whole(e.response()));
      return Next.END;
    }
  }

  private Reply answer(HttpRequest request) {
    try {
      return handler.handle(request);
    } catch (RuntimeException e) {
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
      return new Reply.Whole(HttpResponse.text(500, "emulator: " + e.getClass().getName()));
    }
  }

  private static boolean wantsToEnd(HttpRequest request) {
    return request.headers().first("connection").filter("close"::equalsIgnoreCase).isPresent();
  }
}
