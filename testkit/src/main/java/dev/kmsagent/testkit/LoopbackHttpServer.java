package dev.kmsagent.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/** A server of the JDK on a free port of 127.0.0.1, one of whose threads answers each request. */
public record LoopbackHttpServer(HttpServer server) implements AutoCloseable {
  public static LoopbackHttpServer start(HttpHandler handler) {
    return start(Optional.empty(), handler);
  }

  /** With TLS, if this is given. */
  public static LoopbackHttpServer start(Optional<SSLContext> tls, HttpHandler handler) {
    var address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
    try {
      var server =
          tls.isPresent() ? HttpsServer.create(address, 100) : HttpServer.create(address, 100);
      if (server instanceof HttpsServer https) {
        https.setHttpsConfigurator(new HttpsConfigurator(tls.orElseThrow()));
      }
      server.createContext("/", handler);
      server.start();
      return new LoopbackHttpServer(server);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Answers a request with a text, or, to {@code HEAD}, without. */
  public static void answer(HttpExchange exchange, int status, String text) throws IOException {
    var isHead = exchange.getRequestMethod().equals("HEAD");
    var body = isHead ? new byte[0] : text.getBytes(UTF_8);
    try (exchange) {
      exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
