package dev.kmsagent.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URLEncoder;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** An agent with one version in its cache, which reads KMS when that is rejected. */
final class FakeAgent implements AutoCloseable {
  static {
    // Java 17 sends head and body apart, and the client acknowledges the first after 40 ms.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  final List<String> queries = new CopyOnWriteArrayList<>();
  final List<String> tokens = new CopyOnWriteArrayList<>();
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final SocketChannel refusing = SocketChannel.open();
  private volatile String cached = "v1";
  private volatile String inKms = "v1";
  private volatile @Nullable Answer fixed;
  private volatile @Nullable Answer toRejections;

  /** What is sent instead of a secret. */
  record Answer(int status, Map<String, String> headers, String body) {
    static Answer error(int status, String code) {
      var body = "{\"Code\":\"%s\",\"Message\":\"refused\",\"RequestId\":\"1\"}".formatted(code);
      return new Answer(status, Map.of(), body);
    }
  }

  FakeAgent() throws IOException {
    this(HttpServer.create());
  }

  FakeAgent(HttpServer server) throws IOException {
    this.server = server;
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
    server.createContext("/secretsmanager/get", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  /** KMS has another version, which the agent does not know yet. */
  void rotate(String version) {
    inKms = version;
  }

  /** The agent has read KMS. */
  void refresh() {
    cached = inKms;
  }

  void answer(@Nullable Answer answer) {
    fixed = answer;
  }

  void answerRejections(@Nullable Answer answer) {
    toRejections = answer;
  }

  int port() {
    return server.getAddress().getPort();
  }

  AgentClient client(String token) {
    return new AgentClient(
        Map.of("KMS_URL", "http://127.0.0.1:" + port() + "/", "KMS_TOKEN", token));
  }

  AgentClient client() {
    return client("the token");
  }

  private void handle(HttpExchange exchange) throws IOException {
    var query = exchange.getRequestURI().getRawQuery();
    queries.add(query);
    tokens.add(exchange.getRequestHeaders().getFirst("X-KMS-Token"));
    var answer = fixed == null ? answer(query) : fixed;
    answer.headers().forEach(exchange.getResponseHeaders()::set);
    var bytes = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private Answer answer(String query) {
    if (query.contains("rejected=") && toRejections != null) {
      return toRejections;
    }
    if (rejects(query, cached)) {
      refresh();
    }
    return rejects(query, cached)
        ? Answer.error(409, "NoNewerVersion")
        : new Answer(200, Map.of("X-KMS-Version-Id", encoded(cached)), secret(cached));
  }

  private static boolean rejects(String query, String version) {
    return List.of(query.split("&")).contains("rejected=" + encoded(version));
  }

  private static String encoded(String version) {
    return URLEncoder.encode(version, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static String secret(String version) {
    return """
    {"AccountName":"account of %1$s","AccountPassword":"password of %1$s","user":"%1$s"}
    """
        .formatted(version);
  }

  /** How often another version was asked for. */
  long rejections() {
    return queries.stream().filter(query -> query.contains("rejected=")).count();
  }

  /** Refuses connections from now on; until it is closed, no other server gets its port. */
  void refuse() throws IOException {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port());
    server.stop(0);
    refusing.setOption(StandardSocketOptions.SO_REUSEADDR, true).bind(address);
  }

  @Override
  public void close() throws IOException {
    server.stop(0);
    threads.shutdownNow();
    refusing.close();
  }
}
