package dev.kmsagent.clients;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Answers with one status after the other, and then with 500. Clients need not wait before they
 * repeat a request, and what it returns is stale.
 */
final class ScriptedAgent implements AutoCloseable {
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final Iterator<Integer> statuses;
  private final HttpServer server;

  ScriptedAgent(Integer... statuses) {
    this.statuses = List.of(statuses).iterator();
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::answer);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** The parameters of the requests so far, sorted, each request's after its token. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  private void answer(HttpExchange exchange) throws IOException {
    var token = exchange.getRequestHeaders().getFirst("X-KMS-Token");
    var parameters = exchange.getRequestURI().getQuery().split("&", -1);
    Arrays.sort(parameters);
    requests.add(token + " " + String.join(" ", parameters));
    exchange.getResponseHeaders().add("Retry-After", "0");
    exchange
        .getResponseHeaders()
        .add("Cache-Status", "kms-agent; hit; ttl=-37; detail=stale-if-error");
    var body = "the password".getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(statuses.hasNext() ? statuses.next() : 500, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
