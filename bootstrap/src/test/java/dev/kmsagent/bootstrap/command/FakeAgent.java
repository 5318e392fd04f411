package dev.kmsagent.bootstrap.command;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A server of a few lines, for the commands that are clients of the agent. */
record FakeAgent(HttpServer server) implements AutoCloseable {
  /** Writes the headers and the body of an answer. */
  interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  /** Listens at a port of loopback that was free. */
  static FakeAgent start(Answer answer) throws IOException {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            answer.to(exchange);
          }
        });
    server.start();
    return new FakeAgent(server);
  }

  static void send(HttpExchange exchange, int status, String body) throws IOException {
    var bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** The environment of a command that calls it. */
  Map<String, String> environment(String token) {
    var port = Integer.toString(server.getAddress().getPort());
    return Map.of("KMS_TOKEN", token, "KMS_AGENT_SERVER_HTTPPORT", port);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
