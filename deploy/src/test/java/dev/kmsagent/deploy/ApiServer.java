package dev.kmsagent.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.kmsagent.emulator.identity.OidcProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLContext;

/** The API server of a cluster, as far as it publishes its keys to service accounts. */
final class ApiServer implements AutoCloseable {
  static final String KEYS = "/openid/v1/jwks";

  /** Of a service account that may read the keys. */
  static final String TOKEN = "the-token-of-the-agents-own-account";

  private final HttpsServer server;

  private ApiServer(HttpsServer server) {
    this.server = server;
  }

  /** Listens on a port of loopback. */
  static ApiServer start(SSLContext tls, OidcProvider cluster) throws IOException {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    var server = HttpsServer.create(address, 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    server.createContext(KEYS, exchange -> answer(exchange, cluster));
    server.start();
    return new ApiServer(server);
  }

  private static void answer(HttpExchange exchange, OidcProvider cluster) throws IOException {
    try (exchange) {
      var shown = exchange.getRequestHeaders().getFirst("Authorization");
      var isAllowed = ("Bearer " + TOKEN).equals(shown);
      var body = (isAllowed ? cluster.jwks() : "Forbidden").getBytes(UTF_8);
      exchange.sendResponseHeaders(isAllowed ? 200 : 403, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
